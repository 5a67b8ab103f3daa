import { errnoName } from '../abi/errno.js';
import { MASK_KIND, MASK_NAMES, type MaskName } from '../kernel/masks.js';
import { PROFILES, type Profile } from '../kernel/profile.js';
import { KIND_PREFIX } from '../kernel/vocabulary.js';
import { certainSlip } from '../names/certain_slip.js';
import { nearestOf } from '../names/nearest.js';
import { KIND_LABEL, nearestName, resolveName } from '../names/spelling.js';
import { quote } from '../names/unknown_name.js';
import type { ReadComplaint } from './line_account.js';
import type { PlacedText } from './source_text.js';

const RELEASES = PROFILES.filter(({ rules }) => rules.delegate_names);

/** Why the kernel refuses an item of a mask option, and the name that is nearest to it. `errno` is negated. */
export function refusedItem(
  profile: Profile,
  mask: MaskName,
  option: string,
  { text, at }: PlacedText,
  errno: number,
): ReadComplaint {
  const kind = MASK_KIND[mask];
  const label = KIND_LABEL[kind];
  const expected = `names of ${label}s, numbers or any`;
  const start = `${option}: the kernel refuses ${quote(text)} (${errnoName(errno)})`;
  if (!profile.rules.delegate_names) {
    const message = `${start}: ${profile.name} takes one number, or any; names came with ${RELEASES[0]?.name}`;
    return { code: 'bad-number', message, expected: 'a number or any' };
  }
  if (text === '') {
    return { code: 'empty-item', message: `${start}: a name, a number or any is expected between ":"`, expected };
  }
  if (/^\+?\d/.test(text)) {
    return { code: 'bad-number', message: `${start}: it is no number of at most 64 bits in C notation`, expected };
  }
  if (text.includes(',')) {
    const isList = text.split(',').every((part) => resolveName(profile.vocabulary, kind, part) !== undefined);
    const fix = isList ? [{ at, text: text.replace(/\s*,\s*/g, ':') }] : undefined;
    return { code: 'comma-between-names', message: `${start}: names are joined by ":"`, expected, fix };
  }
  const known = resolveName(profile.vocabulary, kind, text);
  if (known !== undefined && known < 64) {
    const nearest = profile.vocabulary.nameOf(kind, known);
    const fix = [{ at, text: nearest }];
    return { code: 'name-with-prefix', message: `${start}: it takes ${quote(nearest)}`, expected, nearest, fix };
  }
  const other = otherMask(profile, mask, text);
  if (other) {
    const whose = `that is ${article(KIND_LABEL[MASK_KIND[other]])}, of delegate_${other}`;
    return { code: 'name-of-other-mask', message: `${start}: ${whose}`, expected };
  }
  const nearest =
    nearestOf(text.toLowerCase(), ['any', ...profile.vocabulary.names(kind)]) ??
    nearestName(profile.vocabulary, kind, text);
  const later = RELEASES.find(({ vocabulary }) => resolveName(vocabulary, kind, text) !== undefined);
  const hint = later
    ? `it came with ${later.name}`
    : nearest === undefined
      ? `expected ${expected}`
      : `did you mean ${quote(nearest)}?`;
  const word = text.replace(new RegExp(`^${KIND_PREFIX[kind]}`, 'i'), '');
  const slip = later ? undefined : certainSlip(word, profile.vocabulary.names(kind));
  const fix = slip === undefined ? undefined : [{ at, text: slip }];
  return {
    code: 'misspelt-name',
    message: `${start}: no ${label} of ${profile.name}; ${hint}`,
    expected,
    nearest,
    fix,
  };
}

/** Another mask that has a name, where this one does not. */
export function otherMask(profile: Profile, mask: MaskName, text: string): MaskName | undefined {
  if (/^\d/.test(text)) return undefined;
  return MASK_NAMES.find(
    (other) => other !== mask && resolveName(profile.vocabulary, MASK_KIND[other], text) !== undefined,
  );
}

function article(what: string): string {
  return `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`;
}
