import { MASK_ANY } from '../../abi/bpf.js';
import { MASK_KIND, MASK_NAMES, type MaskName } from '../../kernel/masks.js';
import { shortName } from '../../kernel/vocabulary.js';
import { nearestOf } from '../../names/nearest.js';
import { KIND_LABEL, resolveName } from '../../names/spelling.js';
import { quote } from '../../names/unknown_name.js';
import { maskOf, originsOf } from '../build_mask.js';
import type { BitOrigin, DelegatedMask } from '../delegation.js';
import type { ReadComplaint } from '../line_account.js';
import type { ReadContext } from '../read_context.js';
import { joinPlaced, type PlacedText, piece, splitPlaced, trimPlaced } from '../source_text.js';
import { MISPLACED, systemdBit, systemdNames } from './bpf_names.js';

/** The setting of each mask. */
export const SETTING_OF_MASK: Readonly<Record<MaskName, string>> = {
  cmds: 'BPFDelegateCommands',
  maps: 'BPFDelegateMaps',
  progs: 'BPFDelegatePrograms',
  attachs: 'BPFDelegateAttachments',
};

/** Whether a setting is one of those that make a unit delegate: PrivateBPF= or a mask. */
export function isOfDelegation(setting: string): boolean {
  return setting === 'PrivateBPF' || Object.values(SETTING_OF_MASK).includes(setting);
}

/**
 * A list of BPFDelegate*: `any` as the whole value, or names with commas between them. Nothing is trimmed; a word that is no name is
 * left out with a warning of systemd that has no place. Source: systemd 262, src/core/namespace.c: bpf_delegate_from_string().
 */
export function readNameList(mask: MaskName, value: PlacedText, context: ReadContext): DelegatedMask {
  if (value.text === 'any') return maskOf(originsOf(MASK_ANY, value), value.at);
  const comment = /\s+[#;].*$/.exec(value.text);
  if (comment) {
    const at = piece(value, comment.index).at;
    context.account.warn(at, {
      code: 'trailing-comment',
      message: `${SETTING_OF_MASK[mask]}: a comment starts a line of its own: here it is part of the last name`,
      fix: [{ at, text: '' }],
    });
  }
  const origins: BitOrigin[] = [];
  const words = wordsOfList(value);
  for (const [i, word] of words.entries()) {
    const bit = systemdBit(mask, word.text);
    if (bit === undefined) {
      // The comment is told already.
      const isTold = comment !== null && (i === words.length - 1 || word.at.column > value.at.column + comment.index);
      if (!isTold) context.account.warn(word.at, unknownWord(mask, word, words.length, context));
      continue;
    }
    const meant = MISPLACED[word.text];
    if (meant !== undefined) {
      const message = `systemd sets bit ${bit} for ${word.text}, which is ${meant}: nothing can delegate ${word.text.replace(/^BPFProgType/, '').toLowerCase()} here but any`;
      context.account.warn(word.at, { code: 'bit-of-another-name', message });
    }
    origins.push(...originsOf(1n << BigInt(bit), word));
  }
  return maskOf(origins, value.at);
}

/**
 * The words between commas; several commas are one. A backslash is removed, and the character after it is part of the word, a comma too.
 * Source: systemd 262, src/basic/extract-word.c: extract_first_word().
 */
function wordsOfList(value: PlacedText): readonly PlacedText[] {
  if (!value.text.includes('\\')) return splitPlaced(value, ',').filter(({ text }) => text !== '');
  const words: PlacedText[] = [];
  let units: PlacedText[] = [];
  for (let i = 0; i <= value.text.length; i++) {
    const unit = value.text[i];
    if (unit === undefined || unit === ',') {
      const [first] = units;
      if (first) words.push(joinPlaced(units, ''));
      units = [];
    } else units.push(piece(value, unit === '\\' && i + 1 < value.text.length ? ++i : i, 1));
  }
  return words;
}

/** What is said of a word that systemd leaves out. */
function unknownWord(mask: MaskName, word: PlacedText, count: number, { profile }: ReadContext): ReadComplaint {
  const setting = SETTING_OF_MASK[mask];
  const kind = MASK_KIND[mask];
  const start = `${setting}: systemd leaves out ${quote(word.text)}`;
  const trimmed = trimPlaced(word);
  if (trimmed.text !== word.text && (trimmed.text === '' || systemdBit(mask, trimmed.text) !== undefined)) {
    return {
      code: 'space-in-list',
      message: isOnOneLine(word)
        ? `${start}: a space at a comma is part of the name`
        : `${start}: the backslash at the end of a line becomes a space, which is part of the name`,
      fix: isOnOneLine(word) ? [{ at: word.at, text: trimmed.text }] : undefined,
    };
  }
  if (trimmed.text === 'any') {
    return {
      code: 'bad-value',
      message: `${start}: any has to be the whole value${count > 1 ? ', without names' : ''}`,
    };
  }
  if (/^~|^\+?\d/.test(trimmed.text)) {
    return { code: 'bad-value', message: `${start}: numbers, and ~ for all but some, are not taken` };
  }
  if (trimmed.text.includes(':')) {
    const fix = [{ at: trimmed.at, text: trimmed.text.split(':').join(',') }];
    return { code: 'colon-between-names', message: `${start}: names are separated by ","`, fix };
  }
  const number = resolveName(profile.vocabulary, kind, trimmed.text);
  const known = number === undefined ? undefined : systemdNames(mask)[number];
  if (known !== undefined && number !== undefined && number < 64) {
    const fix = [{ at: word.at, text: known }];
    return { code: 'name-with-prefix', message: `${start}: it takes ${quote(known)}`, nearest: known, fix };
  }
  const other = MASK_NAMES.find((candidate) => candidate !== mask && systemdBit(candidate, trimmed.text) !== undefined);
  if (other) {
    const message = `${start}: that is a name of ${SETTING_OF_MASK[other]}=`;
    return { code: 'name-of-other-mask', message };
  }
  const later = profile.vocabulary.enumerators[kind].find(
    (one) => shortName(kind, one.name) === trimmed.text.toLowerCase(),
  );
  if (later) return { code: 'misspelt-name', message: `${start}: systemd 262 has no name for it` };
  const nearest = nearestOf(trimmed.text, ['any', ...systemdNames(mask)]);
  const hint =
    nearest === undefined
      ? `expected names of ${KIND_LABEL[kind]}s, as in ${systemdNames(mask)[1]}`
      : `did you mean ${quote(nearest)}?`;
  const fix = nearest === undefined ? undefined : [{ at: word.at, text: nearest }];
  return { code: 'misspelt-name', message: `${start}; ${hint}`, nearest, fix };
}

/** Whether a text was put together of one line only, so that it can be changed there. */
function isOnOneLine({ at, places }: PlacedText): boolean {
  return places === undefined || places.every(({ line }) => line === at.line);
}
