// Rows of a run, at least sixteen: what they ask, and the odd ones. Rows are taken sixteen at a step. The last step takes the last sixteen, some of them again, so that nothing is read or written past a run.

import { askHalves, askRests, firstAsks, lastAsks, saturated } from './asks';
import { lanes } from './lanes';
import { decideOdd, faultyRows, NO_VERDICT } from './odd';
import { attachTypeAt, cmdAt, outAt, typeAt } from './rows';

/** In the scratch of a place, past that of a block: u16, of each row of a stretch its row of the ask table. */
export const ASKS: usize = 9216;

/** The first row of a step that `row` begins. */
// @ts-ignore: decorator
@inline
export function stepAt(row: usize, end: usize): usize {
  return min<usize>(row, end - 16);
}

/** Writes what the rows from `first` to before `end` ask to ASKS, at most a block, sixteen for each step. */
// @ts-ignore: decorator
@inline
export function writeAsks(place: usize, scratch: usize, first: usize, end: usize): void {
  const cmds = cmdAt(place, 0);
  const types = typeAt(place, 0);
  const attachs = attachTypeAt(place, 0);
  for (let row = first; row < end; row += 16) {
    const at = stepAt(row, end);
    const cmd = saturated(v128.load(cmds + at));
    const type = saturated(v128.load(types + at));
    const attach = saturated(v128.load(attachs + at));
    const halves = askHalves(cmd, type);
    const rests = askRests(cmd, type, attach);
    const asks = scratch + ((row - first) << 1);
    v128.store(asks, firstAsks(halves, rests), ASKS);
    v128.store(asks, lastAsks(halves, rests), ASKS + 16);
  }
}

/** Decides on their own the rows from `first` to before `end` that have NO_VERDICT yet, a fault or a long program. */
export function decideOddOf(place: usize, first: usize, end: usize): void {
  for (let row = first; row < end; row += 16) {
    const at = stepAt(row, end);
    const odd = v128.or(i8x16.eq(v128.load(outAt(place, at)), lanes(NO_VERDICT)), faultyRows(place, at));
    if (v128.any_true(odd)) decideOdd(place, at, 16, odd);
  }
}
