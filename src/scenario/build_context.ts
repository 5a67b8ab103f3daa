import type { Diagnostics, Position } from '../diagnostics/diagnostics.js';
import type { Locator } from '../diagnostics/yaml_locator.js';
import type { Kernel } from '../kernel/kernel.js';

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
