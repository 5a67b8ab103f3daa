import type { World } from '../../src/kernel/world.js';
import type { Question } from './question.js';

/** A rival that has learnt a world's rules. */
export interface Alternative {
  readonly name: string;
  readonly version: string;
  /** How it was asked, in a line. */
  readonly how: string;
  /** What of the simulator's question it cannot say, in a line. */
  readonly cannot: string;
  /** Prepares as much of a question as it can be asked again and again, and returns what asks. */
  prepare(question: Question): () => boolean;
}

/** Finds a module where `npm ci` put it, and its version. */
export interface Finder {
  load<Module>(name: string): Promise<Module>;
  version(name: string): string;
}

export type MakeAlternative = (world: World, find: Finder) => Promise<Alternative>;
