import type { Request, World } from '../kernel/world.js';

/** How an evaluator gets its world, and where its batch is. Verdicts must not depend on any of it. */
export interface EngineSetup {
  /** The evaluator compiles the first half of tasks and tokens; the others are added. */
  readonly addsRows: boolean;
  /** Every token starts with all bits and is narrowed to its masks. Without effect where the profile has no narrowing. */
  readonly narrows: boolean;
  /** Another evaluator in the same thread compiles another world before the first request is decided. */
  readonly hasNeighbour: boolean;
  /** The columns of the batch are in the evaluator's memory. */
  readonly isResident: boolean;
  /** The batch has no column `insnCnt`: every request has one instruction. */
  readonly omitsInsnCnt: boolean;
  /** The batch has no column `pre`: no request has a fault. */
  readonly omitsPre: boolean;
  /** Rows of the batch: its requests are repeated up to this number. 0: no repetition. */
  readonly rows: number;
  /** Every request of the batch has the same task and token. */
  readonly isOneRun: boolean;
}

/** A world with its requests, and how an evaluator gets them. */
export interface ComparedWorld {
  readonly world: World;
  readonly requests: readonly Request[];
  readonly setup: EngineSetup;
}

/** The whole world compiled at once, and one batch of the requests without repetition. */
export const PLAIN_SETUP: EngineSetup = {
  addsRows: false,
  narrows: false,
  hasNeighbour: false,
  isResident: false,
  omitsInsnCnt: false,
  omitsPre: false,
  rows: 0,
  isOneRun: false,
};

/** The setup's differences from the simplest one, as sentences. */
export function describeSetup(setup: EngineSetup): string[] {
  const { addsRows, narrows, hasNeighbour, isResident, omitsInsnCnt, omitsPre, rows } = setup;
  return [
    ...(addsRows ? ['half of the tasks and tokens are added to the evaluator'] : []),
    ...(narrows ? ['every token is narrowed to its masks from all bits'] : []),
    ...(hasNeighbour ? ['another evaluator in the thread compiles another world in between'] : []),
    ...(isResident ? ["the columns lie in the evaluator's memory"] : []),
    ...(omitsInsnCnt ? ['the batch has no column insnCnt'] : []),
    ...(omitsPre ? ['the batch has no column pre'] : []),
    ...(rows > 0 ? [`the batch has ${rows} rows: the requests are repeated`] : []),
  ];
}

/** A world that differs from another in every table; another evaluator of the thread compiles it. */
export function neighbourOf(world: World): World {
  return {
    ...world,
    unprivilegedBpfDisabled: world.unprivilegedBpfDisabled === 0 ? 2 : 0,
    tasks: world.tasks.toReversed(),
    tokens: world.tokens.toReversed(),
  };
}
