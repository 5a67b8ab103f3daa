// Numbers of texts on their way from DuckDB: up to three columns in each BIGINT, or'ed together by the query, because a vector of
// DuckDB's costs as much as the numbers in it.

/** Columns that share a BIGINT. */
export const LANES = 3;
const LANE_BITS = 21;
/** How many numbers a lane can hold. */
export const LANE_NUMBERS = 2 ** LANE_BITS;
const LANE_MASK = LANE_NUMBERS - 1;

/** Writes a number into its lane of the BIGINT that lies at `at` and `at + 1`, the lower half first; its other lanes become 0. */
export function writeLane(words: Uint32Array, at: number, lane: number, number: number): void {
  words[at] = lane === 2 ? 0 : number << (lane * LANE_BITS);
  words[at + 1] = lane === 0 ? 0 : lane === 1 ? number >>> (32 - LANE_BITS) : number << (2 * LANE_BITS - 32);
}

/** Takes BIGINTs apart: the numbers of each lane go to one of `columns`, from `row` on. */
export function readLanes(words: Uint32Array, columns: readonly Uint32Array[], row: number): void {
  const [first, second, third] = columns as readonly [Uint32Array, Uint32Array?, Uint32Array?];
  for (let i = 0, to = row; i < words.length; i += 2, to++) {
    const low = words[i] as number;
    const high = words[i + 1] as number;
    first[to] = low & LANE_MASK;
    if (second) second[to] = ((low >>> LANE_BITS) | (high << (32 - LANE_BITS))) & LANE_MASK;
    if (third) third[to] = high >>> (2 * LANE_BITS - 32);
  }
}
