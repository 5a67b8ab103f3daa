import { certainSlip } from '../../names/certain_slip.js';
import { nearestOf } from '../../names/nearest.js';
import { maskOfWord } from '../mask_word.js';
import { SETTING_OF_MASK } from './name_list.js';

/** What a setting that systemd does not have was meant to be. */
export interface MeantSetting {
  readonly name: string;
  /** Whether it can be nothing else: a fix may put it there. */
  readonly isCertain: boolean;
}

/** The setting that a name was meant to be; undefined where none is near. */
export function meantSetting(name: string, known: readonly string[]): MeantSetting | undefined {
  const [, word] = /^BPFDelegate(.*)$/i.exec(name) ?? [];
  const mask = word === undefined ? undefined : maskOfWord(word);
  if (mask) return { name: SETTING_OF_MASK[mask], isCertain: true };
  const slip = certainSlip(name, known);
  if (slip !== undefined) return { name: slip, isCertain: true };
  const nearest = nearestOf(name, known);
  return nearest === undefined ? undefined : { name: nearest, isCertain: false };
}
