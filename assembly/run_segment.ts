// Segments of a run, at least sixteen rows: their requirement rows, and the rows of the slow path. Rows are processed sixteen
// at a time. The last step processes the last sixteen, some of them again, so that nothing past the run is read or written.

import { requirementHigh, requirementLow, firstRequirements, lastRequirements, saturated } from './requirement_rows';
import { splat } from './vector';
import { decideSlowRows, faultyRows, NO_VERDICT } from './slow_rows';
import { attachTypeAt, cmdAt, outAt, typeAt } from './row_addresses';

/** In the scratch of a workspace, past that of a block: u16, the requirement row of each row of a segment. */
export const REQUIREMENTS: usize = 9216;

/** The first row of the step for `row`. */
// @ts-ignore: decorator
@inline
export function stepAt(row: usize, end: usize): usize {
  return min<usize>(row, end - 16);
}

/** Writes the requirement rows of the rows from `first` to before `end`, at most a block, to REQUIREMENTS. */
// @ts-ignore: decorator
@inline
export function writeRequirements(workspace: usize, scratch: usize, first: usize, end: usize): void {
  const cmds = cmdAt(workspace, 0);
  const types = typeAt(workspace, 0);
  const attachs = attachTypeAt(workspace, 0);
  for (let row = first; row < end; row += 16) {
    const at = stepAt(row, end);
    const cmd = saturated(v128.load(cmds + at));
    const type = saturated(v128.load(types + at));
    const attach = saturated(v128.load(attachs + at));
    const high = requirementHigh(cmd, type);
    const low = requirementLow(cmd, type, attach);
    const requirements = scratch + ((row - first) << 1);
    v128.store(requirements, firstRequirements(high, low), REQUIREMENTS);
    v128.store(requirements, lastRequirements(high, low), REQUIREMENTS + 16);
  }
}

/** Decides the rows from `first` to before `end` that have NO_VERDICT, a fault or a long program one by one. */
export function decideSlowRowsOf(workspace: usize, first: usize, end: usize): void {
  for (let row = first; row < end; row += 16) {
    const at = stepAt(row, end);
    const slow = v128.or(i8x16.eq(v128.load(outAt(workspace, at)), splat(NO_VERDICT)), faultyRows(workspace, at));
    if (v128.any_true(slow)) decideSlowRows(workspace, at, 16, slow);
  }
}
