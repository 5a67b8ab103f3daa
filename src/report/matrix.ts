import type { DroppedTokenTest } from '../explain/dropped_token.js';
import type { PermissionDifference } from '../explain/permission_differences.js';
import type { Permissions } from '../kernel/permissions.js';
import type { LoadablePrograms } from '../kernel/verifier/loadable_programs.js';
import type { World } from '../kernel/world.js';

/** All that a task may do with a token, to be shown. */
export interface Matrix {
  readonly world: World;
  /** An id. */
  readonly task: number;
  /** An id, or NO_TOKEN. */
  readonly token: number;
  readonly verdicts: Permissions;
  /** Whether a request failed because its token was dropped. */
  readonly failedByDroppedToken: DroppedTokenTest;
  /** What the programs that it loads may do then; undefined where that is not asked. */
  readonly programs?: readonly LoadablePrograms[] | undefined;
  /** Other kernels, and what each answers otherwise. */
  readonly comparisons: readonly MatrixComparison[];
}

/** What one other kernel answers otherwise. */
export interface MatrixComparison {
  readonly profile: string;
  readonly differences: readonly PermissionDifference[];
}
