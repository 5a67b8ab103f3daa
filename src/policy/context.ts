import type { Kernel } from '../kernel/kernel.js';
import type { Locator } from './locate.js';
import type { Diagnostics, Position } from './problems.js';

/** Something that is no mistake and worth a look. Lines and columns count from 1. */
export interface Warning extends Position {
  readonly message: string;
}

/** What every part of a scenario needs to be made. */
export interface Context {
  readonly kernel: Kernel;
  readonly locator: Locator;
  readonly diagnostics: Diagnostics;
  readonly warnings: Warning[];
}
