import { Piscina } from 'piscina';
import type { TaskOutcome } from './task_handler.js';

type Movable = Parameters<typeof Piscina.move>[0];

/** For taskHandler(): the buffers of a result change threads instead of being copied. */
export function transferring<Result>(
  buffersOf: (result: Result) => readonly ArrayBufferLike[],
): (result: Result) => TaskOutcome<Result> {
  return (result) => {
    const outcome: TaskOutcome<Result> = { result };
    const transfer = { [Piscina.transferableSymbol]: buffersOf(result), [Piscina.valueSymbol]: outcome };
    // Typed as what it arrives as.
    return Piscina.move(transfer as unknown as Movable) as unknown as TaskOutcome<Result>;
  };
}
