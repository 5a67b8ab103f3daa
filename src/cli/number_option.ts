import { InputError } from './exit.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** A whole number an option was given: `10000000`, `10_000_000`, `10M`. Throws InputError for anything else. */
export function wholeNumber(option: string, text: string): number {
  const match = /^(\d[\d_]*)([kmg]?)$/i.exec(text);
  const value = match
    ? Number(match[1]?.replaceAll('_', '')) * (UNITS[match[2]?.toLowerCase() ?? ''] ?? 1)
    : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw new InputError(`${option} ${text}: a whole number from 0 on is expected, say 1000 or 10M`);
  }
  return value;
}
