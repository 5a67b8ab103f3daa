import type { Problems } from '../../requests/problems.js';
import type { TableParts } from '../../tables/open_table.js';
import type { TablePart } from '../../tables/parts.js';
import { readError } from './errors.js';
import type { Hands } from './hands.js';
import type { CountedPart } from './summary.js';
import { readable } from './unreadable_part.js';

/** Parts that are read ahead for each worker. */
const PARTS_AHEAD = 2;

/** What workers counted of the parts of a table in columns, in its order. Throws as reading its chunks does, or a PoolError. */
export async function* countTableParts(
  { table, all, done }: TableParts,
  problems: Problems,
  hands: Hands,
): AsyncGenerator<CountedPart> {
  const parts = all()[Symbol.iterator]();
  const ahead: { readonly part: TablePart; readonly answer: ReturnType<Hands['readTable']> }[] = [];
  const nextPart = (): IteratorResult<TablePart> => {
    try {
      return parts.next();
    } catch (error) {
      throw readError(table.file, error);
    }
  };
  const readAhead = (): void => {
    while (ahead.length < PARTS_AHEAD * hands.workers) {
      const next = nextPart();
      if (next.done) return;
      const answer = hands.readTable(next.value);
      // Where an earlier part fails, nobody asks what became of this one.
      answer.catch(() => undefined);
      ahead.push({ part: next.value, answer });
    }
  };
  let isDone = false;
  try {
    for (readAhead(); ahead[0]; readAhead()) {
      const { part, answer } = ahead[0];
      const { counts, problems: found } = readable(table.file, await answer);
      ahead.shift();
      problems.addPart(found);
      done(part);
      yield { counts, rowsBefore: 0, linesBefore: 0 };
    }
    isDone = true;
  } finally {
    // Where nobody waits for them, threads end in the middle of a part, which may take long.
    if (!isDone) await hands.dismiss();
    // A file that is closed must not be read any more.
    await Promise.allSettled(ahead.map(({ answer }) => answer));
  }
}
