import { MASK_ANY } from '../../abi/bpf.js';
import { MASK_KIND, MASK_NAMES, type MaskName } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import { certainSlip } from '../../names/certain_slip.js';
import { nearestOf } from '../../names/nearest.js';
import { KIND_LABEL, resolveName } from '../../names/spelling.js';
import { quote } from '../../names/unknown_name.js';
import { maskOf, originsOf } from '../build_mask.js';
import type { BitOrigin, DelegatedMask } from '../delegation.js';
import type { Edit, ReadComplaint } from '../line_account.js';
import type { ReadContext } from '../read_context.js';
import { isOnOneLine, joinPlaced, type PlacedText, piece, type Span, splitPlaced, trimPlaced } from '../source_text.js';
import { MISPLACED, NAME_PREFIX, systemdBit, systemdNames } from './bpf_names.js';

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
      fix: isOnOneLine(piece(value, comment.index)) ? movedAbove(at, comment[0]) : undefined,
    });
  }
  const origins: BitOrigin[] = [];
  const words = wordsOfList(value);
  for (const [i, word] of words.entries()) {
    const bit = systemdBit(mask, word.text);
    if (bit === undefined) {
      // The comment is told already.
      const isTold = comment !== null && (i === words.length - 1 || word.at.column > value.at.column + comment.index);
      if (!isTold) {
        const { at, ...complaint } = unknownWord(mask, word, words.length, context);
        context.account.warn(at, complaint);
      }
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

/** A comment in a line of its own, before the one that it stands in. */
function movedAbove(at: Span, comment: string): readonly Edit[] {
  return [
    { at: { ...at, column: 1, length: 0 }, text: `${comment.trim()}\n` },
    { at, text: '' },
  ];
}

/** What is said of a word, and where. */
type PlacedComplaint = ReadComplaint & { readonly at: Span };

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

/** What is said of a word that systemd leaves out, and where. */
function unknownWord(mask: MaskName, word: PlacedText, count: number, { profile }: ReadContext): PlacedComplaint {
  const setting = SETTING_OF_MASK[mask];
  const kind = MASK_KIND[mask];
  const start = `${setting}: systemd leaves out ${quote(word.text)}`;
  const trimmed = trimPlaced(word);
  if (trimmed.text !== word.text && (trimmed.text === '' || systemdBit(mask, trimmed.text) !== undefined)) {
    return {
      at: word.at,
      code: 'space-in-list',
      message: isOnOneLine(word)
        ? `${start}: a space at a comma is part of the name`
        : `${start}: the backslash at the end of a line becomes a space, which is part of the name`,
      fix: isOnOneLine(word) ? [{ at: word.at, text: trimmed.text }] : undefined,
    };
  }
  // Of a name behind the end of a line, only the name stands on one line.
  const written = isOnOneLine(word) ? word : trimmed;
  const { at } = written;
  const fixTo = (text: string) => (isOnOneLine(written) ? [{ at, text }] : undefined);
  if (trimmed.text === 'any') {
    const message = `${start}: any has to be the whole value${count > 1 ? ', without names' : ''}`;
    return { at, code: 'bad-value', message };
  }
  if (/^~|^\+?\d/.test(trimmed.text)) {
    return { at, code: 'bad-value', message: `${start}: numbers, and ~ for all but some, are not taken` };
  }
  if (trimmed.text.includes(':')) {
    const names = trimmed.text.split(':');
    const isList = names.every((name) => name === '' || nameOf(profile, mask, name) !== undefined);
    const fix = isList ? fixTo(names.join(',')) : undefined;
    return { at, code: 'colon-between-names', message: `${start}: names are separated by ","`, fix };
  }
  const known = nameOf(profile, mask, trimmed.text);
  if (known !== undefined) {
    return {
      at,
      code: 'name-with-prefix',
      message: `${start}: it takes ${quote(known)}`,
      nearest: known,
      fix: fixTo(known),
    };
  }
  const other = MASK_NAMES.find((candidate) => candidate !== mask && systemdBit(candidate, trimmed.text) !== undefined);
  if (other) {
    return { at, code: 'name-of-other-mask', message: `${start}: that is a name of ${SETTING_OF_MASK[other]}=` };
  }
  if (resolveName(profile.vocabulary, kind, trimmed.text) !== undefined) {
    return { at, code: 'misspelt-name', message: `${start}: systemd 262 has no name for it` };
  }
  const names = systemdNames(mask).filter((name) => !Object.hasOwn(MISPLACED, name));
  const slip = slipOfName(mask, trimmed.text, names);
  const nearest = slip ?? nearestOf(trimmed.text, ['any', ...names]);
  const hint =
    nearest === undefined
      ? `expected names of ${KIND_LABEL[kind]}s, as in ${systemdNames(mask)[1]}`
      : `did you mean ${quote(nearest)}?`;
  const fix = slip === undefined ? undefined : fixTo(slip);
  return { at, code: 'misspelt-name', message: `${start}; ${hint}`, nearest, fix };
}

/** The name of systemd for one in another spelling; undefined where it has none, or one that sets another bit. */
function nameOf(profile: Profile, mask: MaskName, text: string): string | undefined {
  const number = resolveName(profile.vocabulary, MASK_KIND[mask], text);
  const name = number === undefined || number >= 64 ? undefined : systemdNames(mask)[number];
  return name === undefined || Object.hasOwn(MISPLACED, name) ? undefined : name;
}

/** The name that a word can only be a slip of. What all names start with says nothing. */
function slipOfName(mask: MaskName, text: string, names: readonly string[]): string | undefined {
  const prefix = NAME_PREFIX[mask];
  const word = text.toLowerCase().startsWith(prefix.toLowerCase()) ? text.slice(prefix.length) : text;
  const slip = certainSlip(
    word,
    names.map((name) => name.slice(prefix.length)),
  );
  return slip === undefined ? undefined : prefix + slip;
}
