import { MASK_ANY } from '../abi/bpf.js';
import { ERRNO } from '../abi/errno.js';
import { invalidArgument, requireText } from './arguments.js';
import { MASK_KIND, MASK_NAMES, type MaskName, type Masks } from './masks.js';
import type { Profile } from './profile.js';
import { checkProfile } from './profile_rules.js';
import { KIND_PREFIX } from './vocabulary.js';

/** What a bpffs is mounted with. Ids are global. */
export interface BpffsOptions {
  uid: number;
  gid: number;
  /** Permission bits, at most 0o7777. */
  mode: number;
  readonly delegate: Masks;
}

export const DEFAULT_MODE = 0o777;

/** An item of a mask option's value, and what it does to the mask that the items before it made. */
export interface MaskItem {
  readonly text: string;
  /** Place of its first character in the value, from 0. */
  readonly start: number;
  /** `add`: its bits are added. `replace`: they take the place of all before. Otherwise a negated errno ends the option. */
  readonly effect: 'add' | 'replace' | number;
  readonly bits: bigint;
}

/**
 * A mask option's value: `:` separated names, numbers and `any`. A number overwrites what its list had before it.
 * Returns the mask, or -EINVAL or -ERANGE. Source: kernel/bpf/inode.c: bpf_parse_param().
 */
export function parseDelegateMask(profile: Profile, mask: MaskName, text: string): bigint | number {
  let value = 0n;
  for (const { effect, bits } of delegateMaskItems(profile, mask, text)) {
    if (typeof effect === 'number') return effect;
    value = effect === 'add' ? value | bits : bits;
  }
  return value;
}

/** The items of a mask option's value, up to the first that is refused. Source: kernel/bpf/inode.c: bpf_parse_param(). */
export function delegateMaskItems(profile: Profile, mask: MaskName, text: string): readonly MaskItem[] {
  checkProfile(profile, 'profile');
  if (!MASK_NAMES.includes(mask)) throw invalidArgument('mask', mask, `one of ${MASK_NAMES.join(', ')}`);
  requireText('text', text);
  if (text === '') return [{ text, start: 0, effect: -ERRNO.EINVAL, bits: 0n }];
  if (!profile.rules.delegate_names) return [text === 'any' ? anyItem(text, 0) : numberItem(text, 0)];
  const kind = MASK_KIND[mask];
  const prefix = KIND_PREFIX[kind].length;
  const enumerators = profile.vocabulary.enumerators[kind];
  const items: MaskItem[] = [];
  let start = 0;
  for (const item of text.split(':')) {
    const named = enumerators.find(({ name }) => name.slice(prefix).toLowerCase() === item.toLowerCase());
    // The kernel shifts by the enumerator whatever its size; x86 takes the count modulo 64.
    if (named && item !== 'any') {
      items.push({ text: item, start, effect: 'add', bits: 1n << BigInt(named.value % 64) });
    } else {
      items.push(item === 'any' ? anyItem(item, start) : numberItem(item, start));
    }
    if (typeof items.at(-1)?.effect === 'number') break;
    start += item.length + 1;
  }
  return items;
}

function anyItem(text: string, start: number): MaskItem {
  return { text, start, effect: 'replace', bits: MASK_ANY };
}

function numberItem(text: string, start: number): MaskItem {
  const value = kstrtou64(text);
  return typeof value === 'number'
    ? { text, start, effect: value, bits: 0n }
    : { text, start, effect: 'replace', bits: value };
}

/**
 * An unsigned 64-bit number in C notation: decimal, 0x hexadecimal, 0 octal; one `+` before and one newline after are taken.
 * Returns -ERANGE where the digits are too many, whatever comes after them, and -EINVAL for anything else.
 * Source: lib/kstrtox.c: kstrtou64(s, 0), _kstrtoull().
 */
export function kstrtou64(text: string): bigint | number {
  const unsigned = text.startsWith('+') ? text.slice(1) : text;
  const [, hex, octal, decimal] = /^(?:(0x[0-9a-f]+)|(0[0-7]*)|([1-9][0-9]*))/i.exec(unsigned) ?? [];
  const digits = hex ?? octal ?? decimal;
  if (digits === undefined) return -ERRNO.EINVAL;
  const value = BigInt(octal !== undefined && octal !== '0' ? `0o${octal.slice(1)}` : digits);
  if (value > MASK_ANY) return -ERRNO.ERANGE;
  const rest = unsigned.slice(digits.length);
  return rest === '' || rest === '\n' ? value : -ERRNO.EINVAL;
}

/** The options as /proc/self/mountinfo shows them, without the leading comma. Source: kernel/bpf/inode.c: bpf_show_options(). */
export function showOptions(profile: Profile, { uid, gid, mode, delegate }: BpffsOptions): string {
  const shown: string[] = [];
  if (profile.rules.bpffs_uid_gid) {
    if (uid !== 0) shown.push(`uid=${uid}`);
    if (gid !== 0) shown.push(`gid=${gid}`);
  }
  const permissions = mode & ~0o1000;
  if (permissions !== DEFAULT_MODE) shown.push(`mode=${permissions.toString(8)}`);
  for (const mask of MASK_NAMES) {
    const value = profile.rules.delegate_names
      ? showNames(profile, mask, delegate[mask])
      : showNumber(profile, mask, delegate[mask]);
    if (value !== undefined) shown.push(`delegate_${mask}=${value}`);
  }
  return shown.join(',');
}

/** Names in enum order, bits without a name as one hexadecimal number; bits past the last enumerator are not shown. */
function showNames({ vocabulary }: Profile, mask: MaskName, bits: bigint): string | undefined {
  const kind = MASK_KIND[mask];
  const known = vocabulary.knownMask(kind);
  let rest = bits & known;
  if (rest === 0n) return undefined;
  if (rest === known) return 'any';
  const items: string[] = [];
  for (const { name, value } of vocabulary.enumerators[kind]) {
    const bit = 1n << BigInt(value % 64);
    if ((rest & bit) === 0n) continue;
    items.push(name.slice(KIND_PREFIX[kind].length).toLowerCase());
    rest &= ~bit;
  }
  if (rest !== 0n) items.push(`0x${rest.toString(16)}`);
  return items.join(':');
}

/** The designs: numbers; `any` for every known command, and for the others only when all 64 bits are set. */
function showNumber({ vocabulary }: Profile, mask: MaskName, bits: bigint): string | undefined {
  if (bits === 0n) return undefined;
  const any = mask === 'cmds' ? vocabulary.knownMask('cmds') : MASK_ANY;
  return (bits & any) === any ? 'any' : `0x${bits.toString(16)}`;
}
