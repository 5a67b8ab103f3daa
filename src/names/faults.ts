import { Pre } from '../abi/verdict.js';

/** Names of `pre`, lower case as files have them, by code. */
export const PRE_NAMES: readonly string[] = Object.values(Pre)
  .filter((name): name is string => typeof name === 'string')
  .map((name) => name.toLowerCase());
