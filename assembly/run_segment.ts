// Rows of a run, at least sixteen: what they ask, and the odd ones. Rows are taken sixteen at a step. The last step takes the last sixteen, some of them again, so that nothing is read or written past a run.

import { requirementHigh, requirementLow, firstRequirements, lastRequirements, saturated } from './requirement_rows';
import { splat } from './vector';
import { decideSlowRows, faultyRows, NO_VERDICT } from './slow_rows';
import { attachTypeAt, cmdAt, outAt, typeAt } from './row_addresses';

/** In the scratch of a place, past that of a block: u16, of each row of a stretch its row of the ask table. */
export const REQUIREMENTS: usize = 9216;

/** The first row of a step that `row` begins. */
// @ts-ignore: decorator
@inline
export function stepAt(row: usize, end: usize): usize {
  return min<usize>(row, end - 16);
}

/** Writes what the rows from `first` to before `end` ask to REQUIREMENTS, at most a block, sixteen for each step. */
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
    const halves = requirementHigh(cmd, type);
    const rests = requirementLow(cmd, type, attach);
    const requirements = scratch + ((row - first) << 1);
    v128.store(requirements, firstRequirements(halves, rests), REQUIREMENTS);
    v128.store(requirements, lastRequirements(halves, rests), REQUIREMENTS + 16);
  }
}

/** Decides on their own the rows from `first` to before `end` that have NO_VERDICT yet, a fault or a long program. */
export function decideSlowRowsOf(workspace: usize, first: usize, end: usize): void {
  for (let row = first; row < end; row += 16) {
    const at = stepAt(row, end);
    const slow = v128.or(i8x16.eq(v128.load(outAt(workspace, at)), splat(NO_VERDICT)), faultyRows(workspace, at));
    if (v128.any_true(slow)) decideSlowRows(workspace, at, 16, slow);
  }
}
