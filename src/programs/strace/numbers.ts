import type { LoggedField, LoggedValue } from './logged_value.js';

/** The value of a field of a structure, or of a named argument; undefined where strace does not print it. */
export function fieldOf(fields: readonly LoggedField[], name: string): LoggedValue | undefined {
  return fields.find((field) => field.name === name)?.value;
}

/** A whole number from -2^31 to 2^64-1 as strace prints one: `5`, `-100`, `0x24`, `017`, `NULL`. Undefined for all else. */
export function numberOf(value: LoggedValue | undefined): number | undefined {
  if (value?.kind !== 'word') return undefined;
  return wordNumber(value.word);
}

/** The same of a word. */
export function wordNumber(word: string): number | undefined {
  if (word === 'NULL') return 0;
  const [, sign, digits] = /^(-?)(0x[0-9a-fA-F]{1,16}|[0-9]{1,20})$/.exec(word) ?? [];
  if (digits === undefined) return undefined;
  const isOctal = /^0[0-7]+$/.test(digits);
  const number = isOctal ? Number.parseInt(digits, 8) : Number(digits);
  return sign === '-' ? -number : number;
}

/** A number of 64 bits: `1<<CAP_BPF|0x3` is not one. */
export function bigNumber(word: string): bigint | undefined {
  return /^(?:0x[0-9a-fA-F]{1,16}|[0-9]{1,20})$/.test(word) ? BigInt(word) & 0xffff_ffff_ffff_ffffn : undefined;
}

/** What is joined by `|`: names and numbers. */
export function flagWords(value: LoggedValue | undefined): readonly string[] {
  if (value?.kind !== 'word') return [];
  return value.word
    .split('|')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/**
 * The bits of flags whose names are known: `BPF_F_RDONLY_PROG|0x10000` with `{ BPF_F_RDONLY_PROG: 128 }` is 0x10080. `unknown` are names that are
 * not.
 */
export function flagBits(
  value: LoggedValue | undefined,
  names: Readonly<Record<string, number>>,
): { readonly bits: number; readonly unknown: readonly string[] } {
  let bits = 0;
  const unknown: string[] = [];
  for (const word of flagWords(value)) {
    const number = names[word] ?? wordNumber(word);
    if (number === undefined) unknown.push(word);
    else bits = (bits | (number >>> 0)) >>> 0;
  }
  return { bits, unknown };
}

/** `KERNEL_VERSION(6, 18, 44)`, or the number that it stands for; undefined where it is 0, or no version. */
export function kernelVersion(value: LoggedValue | undefined): string | undefined {
  if (value?.kind !== 'word') return undefined;
  const [, major, minor, patch] = /^KERNEL_VERSION\((\d{1,4}), ?(\d{1,4}), ?(\d{1,6})\)$/.exec(value.word) ?? [];
  if (major !== undefined) return Number(major) === 0 ? undefined : `${Number(major)}.${minor}.${patch}`;
  const number = wordNumber(value.word);
  if (number === undefined || number < 0x1_0000 || number > 0xffff_ffff) return undefined;
  return `${number >>> 16}.${(number >>> 8) & 255}.${number & 255}`;
}
