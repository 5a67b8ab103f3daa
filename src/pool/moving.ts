import { Piscina } from 'piscina';
import type { Answer } from './answer.js';

type Movable = Parameters<typeof Piscina.move>[0];

/** For answering(): the buffers of a result change threads instead of being copied. */
export function moving<Result>(
  buffersOf: (result: Result) => readonly ArrayBufferLike[],
): (result: Result) => Answer<Result> {
  return (result) => {
    const answer: Answer<Result> = { result };
    const transfer = { [Piscina.transferableSymbol]: buffersOf(result), [Piscina.valueSymbol]: answer };
    // Typed as what it arrives as.
    return Piscina.move(transfer as unknown as Movable) as unknown as Answer<Result>;
  };
}
