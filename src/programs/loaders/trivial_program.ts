import type { SentProgram } from './loader_call.js';

/** What loaders probe with: two instructions, which return 0. */
export const TRIVIAL_PROGRAM: SentProgram = {
  name: undefined,
  instructionCount: 2,
  helpers: [],
  liberties: [],
  isGpl: true,
  isSleepable: false,
  target: undefined,
  lacks: [],
};
