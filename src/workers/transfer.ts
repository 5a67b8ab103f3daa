import { Piscina } from 'piscina';
import type { TaskOutcome } from './task_handler.js';

type Movable = Parameters<typeof Piscina.move>[0];

/** For taskHandler(): transfers the buffers of a result between threads instead of copying them. */
export function transferring<Result>(
  buffersOf: (result: Result) => readonly ArrayBufferLike[],
): (result: Result) => TaskOutcome<Result> {
  return (result) => {
    const outcome: TaskOutcome<Result> = { result };
    const transfer = { [Piscina.transferableSymbol]: buffersOf(result), [Piscina.valueSymbol]: outcome };
    // The type is that of the received value.
    return Piscina.move(transfer as unknown as Movable) as unknown as TaskOutcome<Result>;
  };
}
