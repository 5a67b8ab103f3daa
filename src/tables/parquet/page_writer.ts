import { concatBytes } from '../concat_bytes.js';
import { Encodings, PageTypes } from './private_api.js';
import type { ParquetEncoding } from './row_group.js';
import { putVarint, writeStruct } from './thrift_writer.js';

/** A page as it lies in a file. */
export interface WrittenPage {
  readonly header: Uint8Array;
  readonly body: Uint8Array;
  /** Bytes of both before the body was compressed. */
  readonly uncompressed: number;
}

type Compress = (bytes: Uint8Array) => Uint8Array;

/** A page of `count` names, each after its length. */
export function dictionaryPage(count: number, names: Uint8Array, compress: Compress): WrittenPage {
  return page(
    'DICTIONARY_PAGE',
    7,
    [
      [1, count],
      [2, Encodings.indexOf('PLAIN')],
    ],
    names,
    compress,
  );
}

/** A page of `rows` cells: which of them are empty, and the values of the others. */
export function dataPage(
  rows: number,
  encoding: ParquetEncoding,
  levels: Uint8Array,
  values: Uint8Array,
  compress: Compress,
): WrittenPage {
  const rle = Encodings.indexOf('RLE');
  const said = [
    [1, rows],
    [2, Encodings.indexOf(encoding)],
    [3, rle],
    [4, rle],
  ] as const;
  const length = new Uint8Array(Uint32Array.of(levels.length).buffer);
  return page('DATA_PAGE', 5, said, concatBytes([length, levels, values]), compress);
}

/** Which of a page's cells are given, from a bit each: one run, or all bits as they are. */
export function levelsOf(valid: Uint8Array, rows: number, empty: number): Uint8Array {
  const head: number[] = [];
  if (empty === 0 || empty === rows) {
    putVarint(2 * rows, head);
    return Uint8Array.from([...head, empty === 0 ? 1 : 0]);
  }
  putVarint(2 * valid.length + 1, head);
  return concatBytes([Uint8Array.from(head), valid]);
}

function page(
  type: (typeof PageTypes)[number],
  field: number,
  said: readonly (readonly [number, number])[],
  plain: Uint8Array,
  compress: Compress,
): WrittenPage {
  const body = compress(plain);
  const header = writeStruct([
    [1, PageTypes.indexOf(type)],
    [2, plain.length],
    [3, body.length],
    [field, said],
  ]);
  return { header, body, uncompressed: header.length + plain.length };
}
