import type { Position } from '../diagnostics/diagnostics.js';

/** Something that is no mistake and worth a look. Lines and columns count from 1. */
export interface Warning extends Position {
  /** The file that it is in, where it is not the scenario. */
  readonly file?: string;
  readonly message: string;
}
