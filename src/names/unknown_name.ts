import { PROFILES, type Profile } from '../kernel/profile.js';
import type { EnumKind } from '../kernel/vocabulary.js';
import { quoted } from '../text/printable.js';
import { KIND_LABEL, nearestName, resolveName } from './spelling.js';

const QUOTED_LENGTH = 60;

/** What is wrong, without its place. */
export interface DiagnosticMessage {
  readonly message: string;
  readonly expected?: string;
  readonly nearest?: string;
}

/** `unknown task "agnet"; did you mean "agent"?`, or the names there are where none is near. */
export function unknownName(
  what: string,
  written: string,
  candidates: readonly string[],
  nearest?: string,
): DiagnosticMessage {
  const expected = oneOf(candidates);
  const start = `unknown ${what} ${quote(written)}`;
  const isAscii = /^[\x20-\x7e]*$/.test(written);
  const same = isAscii
    ? undefined
    : candidates.find((name) => name !== written && name.normalize() === written.normalize());
  if (same !== undefined) {
    return { message: `${start}: names are written in Unicode normalization form C (NFC)`, expected, nearest: same };
  }
  if (nearest !== undefined) return { message: `${start}; did you mean ${quote(nearest)}?`, expected, nearest };
  return { message: candidates.length > 0 ? `${start}; expected ${expected}` : `${start}; there is none`, expected };
}

/** `one of a, b, c`, shortened where there are many. */
export function oneOf(candidates: readonly string[]): string {
  if (candidates.length === 0) return 'nothing';
  const shown = candidates.slice(0, 12).join(', ');
  return `one of ${shown}${candidates.length > 12 ? `, ... (${candidates.length} in all)` : ''}`;
}

/** Text in quotes, shortened to 60 characters and made printable. */
export function quote(text: string): string {
  return quoted(text, QUOTED_LENGTH);
}

/** `linux-6.12 has no program type "xpd"`, with the nearest name or the release that brought it. */
export function unknownInVocabulary(profile: Profile, kind: EnumKind, text: string): DiagnosticMessage {
  const label = KIND_LABEL[kind];
  const expected = `the name or number of a ${label}`.replace('a attach', 'an attach');
  const start = `${profile.name} has no ${label} ${quote(text)}`;
  const later = PROFILES.find(({ vocabulary }) => resolveName(vocabulary, kind, text) !== undefined);
  if (later) return { message: `${start}: it came with ${later.name}`, expected };
  const nearest = nearestName(profile.vocabulary, kind, text);
  if (nearest !== undefined) return { message: `${start}; did you mean ${quote(nearest)}?`, expected, nearest };
  return { message: `${start}; expected ${expected}`, expected };
}
