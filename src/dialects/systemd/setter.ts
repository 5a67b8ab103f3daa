import type { ReadContext } from '../read_context.js';
import type { PlacedText } from '../source_text.js';
import type { UnitSettings } from './unit_settings.js';
import { parseBoolean } from './values.js';

/** What becomes of a value that systemd does not take: what was before stays, or the file is refused (-ENOEXEC). */
export interface BadValue {
  readonly kind: 'ignored' | 'refused';
  /** What systemd takes in its place. */
  readonly expected: string;
}

/** Makes an assignment; answers for a value that is not taken. */
export type Setter = (
  settings: UnitSettings,
  value: PlacedText,
  context: ReadContext,
  key: PlacedText,
) => BadValue | undefined;

export const ignored = (expected: string): BadValue => ({ kind: 'ignored', expected });
export const refused = (expected: string): BadValue => ({ kind: 'refused', expected });

/** A value that is on or off. */
export function booleanSetter(assign: (settings: UnitSettings, value: boolean) => void): Setter {
  return (settings, value) => {
    const found = parseBoolean(value.text);
    if (found === undefined) return ignored('yes or no');
    assign(settings, found);
    return undefined;
  };
}

/** One of some words. */
export function wordSetter(words: readonly string[], assign: (settings: UnitSettings, value: string) => void): Setter {
  return (settings, value) => {
    if (!words.includes(value.text)) return ignored(words.join(', '));
    assign(settings, value.text);
    return undefined;
  };
}
