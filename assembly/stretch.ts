// At most a block of the rows of a run, which has at least sixteen: what they ask, and the odd ones. Rows are taken sixteen
// at a step. The last step takes the last sixteen, some of them again, so that nothing is read or written past a run.

import { askHalves, askRests, firstAsks, lastAsks, saturated } from './asks';
import { lanes } from './lanes';
import { decideOdd, oddRequests } from './odd';
import { attachTypeAt, cmdAt, typeAt } from './rows';

/** In the scratch of a place, past that of a block: u16, of each row of a stretch its row of the ask table. */
export const ASKS: usize = 9216;

/** The first row of a step that `row` begins. */
// @ts-ignore: decorator
@inline
export function stepAt(row: usize, end: usize): usize {
  return min<usize>(row, end - 16);
}

/** Writes what the rows from `first` to before `end` ask to ASKS, sixteen for each step. Returns lanes not 0 if any is odd. */
// @ts-ignore: decorator
@inline
export function writeAsks(place: usize, scratch: usize, first: usize, end: usize): v128 {
  let odd = lanes(0);
  for (let row = first; row < end; row += 16) {
    const at = stepAt(row, end);
    const cmd = saturated(v128.load(cmdAt(place, at)));
    const type = saturated(v128.load(typeAt(place, at)));
    const attach = saturated(v128.load(attachTypeAt(place, at)));
    const halves = askHalves(cmd, type);
    const rests = askRests(cmd, type, attach);
    const asks = scratch + ((row - first) << 1);
    v128.store(asks, firstAsks(halves, rests), ASKS);
    v128.store(asks, lastAsks(halves, rests), ASKS + 16);
    odd = v128.or(odd, oddRequests(place, at, cmd));
  }
  return odd;
}

/** Decides the odd rows from `first` to before `end` on their own. */
export function decideOddOf(place: usize, first: usize, end: usize): void {
  for (let row = first; row < end; row += 16) {
    const at = stepAt(row, end);
    decideOdd(place, at, 16, oddRequests(place, at, saturated(v128.load(cmdAt(place, at)))));
  }
}
