import { Fault } from '../abi/verdict.js';

export type FaultName = Lowercase<keyof typeof Fault>;

/** Names of `pre`, lower case as files have them, by code. */
export const PRE_NAMES: readonly FaultName[] = Object.values(Fault)
  .filter((name): name is keyof typeof Fault => typeof name === 'string')
  .map((name) => name.toLowerCase() as FaultName);

/** Faults that a call can be made with. `bad_row` marks a row of a table, which is no call. */
export const FAULT_NAMES: readonly FaultName[] = PRE_NAMES.filter((_, code) => code !== Fault.BAD_ROW);

/** The fault of a name in any common spelling: `token_ebadf`, `TOKEN-EBADF`. Undefined for anything else, numbers too. */
export function preNamed(text: string): Fault | undefined {
  const names: readonly string[] = PRE_NAMES;
  const code = names.indexOf(text.trim().toLowerCase().replaceAll('-', '_'));
  return code === -1 ? undefined : code;
}

/** The same for a call: undefined for `bad_row` too. */
export function faultNamed(text: string): Fault | undefined {
  const pre = preNamed(text);
  return pre === Fault.BAD_ROW ? undefined : pre;
}
