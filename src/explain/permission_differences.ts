import { cellsOfAll, type PermissionCell } from '../kernel/permission_cells.js';
import type { Permissions } from '../kernel/permissions.js';
import { isSameAnswer } from '../kernel/verdict.js';
import type { Vocabulary } from '../kernel/vocabulary.js';

/** What one task may do with one token, as one kernel release decides it. */
export interface ReleasePermissions {
  readonly vocabulary: Vocabulary;
  readonly verdicts: Permissions;
}

/** A request that two releases answer otherwise: one allows it and the other does not, or the errno differs. */
export interface PermissionDifference {
  readonly cell: PermissionCell;
  /** The names of a release that has names for the cell. */
  readonly vocabulary: Vocabulary;
  /** Verdict bytes. */
  readonly here: number;
  readonly there: number;
}

/**
 * The requests of a permission set that two releases answer otherwise: first those that the first release has names for, then
 * those that only the second one has.
 */
export function permissionDifferences(here: ReleasePermissions, there: ReleasePermissions): PermissionDifference[] {
  return cellsOfAll([here.vocabulary, there.vocabulary])
    .map(({ vocabulary, ...cell }) => {
      const { cmd, type, attachType } = cell;
      const byteOf = ({ verdicts }: ReleasePermissions) => verdicts.verdictOf(cmd, type, attachType);
      return { cell, vocabulary, here: byteOf(here), there: byteOf(there) };
    })
    .filter(({ here, there }) => !isSameAnswer(here, there));
}
