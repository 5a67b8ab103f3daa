import { errnoName } from '../abi/errno.js';
import { tokenRouteOf } from '../kernel/commands.js';
import { MASK_KIND, type MaskName } from '../kernel/masks.js';
import { parseDelegateMask } from '../kernel/mount_options.js';
import type { Profile } from '../kernel/profile.js';
import { nearestOf } from '../names/nearest.js';
import { KIND_LABEL, nearestName, resolveName } from '../names/spelling.js';
import { type DiagnosticMessage, quote, unknownInVocabulary } from '../names/unknown_name.js';
import type { MaskEntry } from './schema.js';

/** Longest value one fsconfig() call takes, in characters. */
const MAX_VALUE = 255;

/** What a mask is written as in mount options; or, for an item of a list, what is wrong with which. */
export type OptionValues =
  | { readonly values: readonly string[] }
  | { readonly item: number; readonly wrong: DiagnosticMessage };

/**
 * The values to set a mask option to, one fsconfig() call each (the kernel ORs repeated options). A text or number goes
 * to the kernel as it stands. A list's names are turned into the kernel's spelling first.
 */
export function optionValues(profile: Profile, mask: MaskName, entry: MaskEntry): OptionValues {
  if (!Array.isArray(entry)) return { values: [String(entry)] };
  const kind = MASK_KIND[mask];
  const numbers: number[] = [];
  let any = false;
  for (const [item, text] of entry.entries()) {
    if (text.trim() === 'any') {
      any = true;
      continue;
    }
    if (/^\s*[-+]?\d/.test(text)) return { item, wrong: numberInList(text) };
    const number = resolveName(profile.vocabulary, kind, text);
    if (number === undefined) return { item, wrong: unknownInVocabulary(profile, kind, text) };
    numbers.push(number);
  }
  if (any) return { values: ['any'] };
  if (numbers.length === 0) return { values: [] };
  // The designs' option parser has no names, so that a list reaches it as the number it stands for.
  if (!profile.rules.delegate_names) {
    const bits = numbers.reduce((all, number) => all | (1n << BigInt(number)), 0n);
    return { values: [`0x${bits.toString(16)}`] };
  }
  return { values: joined(numbers.map((number) => profile.vocabulary.nameOf(kind, number))) };
}

/** Names joined by `:`, in as few values as fsconfig()'s limit allows. */
function joined(names: readonly string[]): string[] {
  const values: string[] = [];
  for (const name of names) {
    const last = values.at(-1);
    if (last !== undefined && last.length + 1 + name.length <= MAX_VALUE) values[values.length - 1] = `${last}:${name}`;
    else values.push(name);
  }
  return values;
}

/** A mask as 64 bits, read as the option of the same name is; or what is wrong with it. */
export function maskBits(
  profile: Profile,
  mask: MaskName,
  key: string,
  entry: MaskEntry,
): bigint | { readonly item?: number; readonly wrong: DiagnosticMessage } {
  const written = optionValues(profile, mask, entry);
  if ('wrong' in written) return written;
  let bits = 0n;
  for (const value of written.values) {
    const read = parseDelegateMask(profile, mask, value);
    if (typeof read === 'number') return { wrong: valueRefused(profile, mask, key, value, read) };
    bits |= read;
  }
  return bits;
}

/** Why the kernel refused an option's value, in words. `errno` is the negated errno it answered. */
export function valueRefused(
  profile: Profile,
  mask: MaskName,
  key: string,
  value: string,
  errno: number,
): DiagnosticMessage {
  const name = errnoName(errno);
  const kind = MASK_KIND[mask];
  const label = KIND_LABEL[kind];
  const refused = (why: string, expected: string, nearest?: string): DiagnosticMessage => ({
    message: `${key}: ${why} (${name})`,
    expected,
    nearest,
  });
  if (name === 'ERANGE') return refused(`${quote(value)} is wider than 64 bits`, 'a mask of at most 64 bits');
  if (value === '') return refused('the value is empty', 'names, numbers or any');
  if (value.length > MAX_VALUE) {
    return refused(
      `the value is longer than the ${MAX_VALUE} characters of a mount option: write a list`,
      'a list of names',
    );
  }
  if (!profile.rules.delegate_names) {
    const expected = 'one number, or any; or a list of names';
    return refused(
      `${quote(value)}: ${profile.name} reads one number or \`any\` here, not names; write a list, as in [map_create]`,
      expected,
    );
  }
  const bad = value.split(':').find((item) => typeof parseDelegateMask(profile, mask, item) === 'number') ?? value;
  if (bad === '') return refused('an item between ":" is empty', `names of ${label}s, numbers or any`);
  if (/^[-+]?\d/.test(bad)) {
    const digits = 'decimal, 0x hexadecimal or 0 octal digits';
    return refused(`${quote(bad)} is not a number to the kernel; expected ${digits}`, digits);
  }
  const candidates = ['any', ...profile.vocabulary.names(kind)];
  if (bad.includes(',')) return refused(`${quote(bad)}: names are joined by ":"`, 'names joined by ":"');
  const nearest = nearestOf(bad.toLowerCase(), candidates) ?? nearestName(profile.vocabulary, kind, bad);
  const known = resolveName(profile.vocabulary, kind, bad) !== undefined;
  const hint =
    nearest === undefined
      ? `expected names of ${label}s, numbers or any`
      : known
        ? `the kernel's spelling is ${quote(nearest)} (a list takes any spelling)`
        : `did you mean ${quote(nearest)}?`;
  return refused(`unknown ${label} ${quote(bad)}; ${hint}`, `names of ${label}s, numbers or any`, nearest);
}

function numberInList(text: string): DiagnosticMessage {
  return {
    message: `a list holds names, and ${quote(text)} is a number: write a mask as the only value, as in "0x3"`,
    expected: 'names',
  };
}

/** A command of a delegation, by name, that no command ever looks for; `item` is its place in a list. */
export interface DeadCommand {
  readonly name: string;
  readonly item?: number;
}

/** The named commands in a delegation that this kernel never asks a token about: delegating them changes nothing. */
export function deadCommands(profile: Profile, entry: MaskEntry): DeadCommand[] {
  const isList = Array.isArray(entry);
  const items = isList ? entry : String(entry).split(':');
  return items.flatMap((text, item): DeadCommand[] => {
    if (/^\s*(\d|any\s*$)/.test(text)) return [];
    const cmd = resolveName(profile.vocabulary, 'cmds', text);
    if (cmd === undefined || consultsToken(profile, cmd)) return [];
    return [{ name: profile.vocabulary.nameOf('cmds', cmd), ...(isList ? { item } : {}) }];
  });
}

/** Names a mount option's value loses: a number takes the place of everything before it in its list. */
export function overwrittenNames(entry: MaskEntry): string[] {
  if (Array.isArray(entry)) return [];
  const items = String(entry).split(':');
  const lastNumber = items.findLastIndex((item) => /^\+?\d/.test(item));
  return lastNumber <= 0 ? [] : items.slice(0, lastNumber);
}

function consultsToken(profile: Profile, cmd: number): boolean {
  return tokenRouteOf(profile, { cmd, type: 0 }) === 'call';
}
