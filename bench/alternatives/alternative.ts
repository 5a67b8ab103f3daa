import type { World } from '../../src/kernel/world.js';
import type { Question } from './question.js';

/** A policy engine with the rules and facts of a world. */
export interface Alternative {
  readonly name: string;
  readonly version: string;
  /** How the question is expressed, in a line. */
  readonly how: string;
  /** What it cannot express, in a line. */
  readonly cannot: string;
  /** Prepares a question for repeated evaluation, and returns the function that evaluates it. */
  prepare(question: Question): () => boolean;
}

/** Finds an installed module and its version. */
export interface Finder {
  load<Module>(name: string): Promise<Module>;
  version(name: string): string;
}

export type MakeAlternative = (world: World, find: Finder) => Promise<Alternative>;
