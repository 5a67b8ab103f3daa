import fc from 'fast-check';
import type { FullColumns } from '../../src/engine/columns.js';

const byte = fc.integer({ min: 0, max: 255 });

/** Columns of a number of rows, of any numbers but for the ids of tasks and tokens, which are given. */
export function anyColumns(
  rows: number,
  { task, token }: { readonly task: fc.Arbitrary<number>; readonly token: fc.Arbitrary<number> },
): fc.Arbitrary<FullColumns> {
  const of = (numbers: fc.Arbitrary<number>) => fc.array(numbers, { minLength: rows, maxLength: rows });
  return fc.record({
    task: of(task).map((ids) => Uint16Array.from(ids)),
    token: of(token).map((ids) => Uint16Array.from(ids)),
    cmd: of(fc.oneof(fc.constant(5), fc.nat(10), fc.nat(63), byte)).map((cmds) => Uint8Array.from(cmds)),
    type: of(fc.oneof(fc.nat(40), fc.nat(63), byte)).map((types) => Uint8Array.from(types)),
    attachType: of(fc.oneof(fc.constant(0), fc.nat(63), byte)).map((types) => Uint8Array.from(types)),
    insnCnt: of(fc.oneof(fc.nat(11), fc.nat(0xffff_ffff))).map((counts) => Uint32Array.from(counts)),
    pre: of(fc.oneof(fc.constant(0), fc.nat(4))).map((codes) => Uint8Array.from(codes)),
  });
}
