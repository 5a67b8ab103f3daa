import type * as DuckDB from '@duckdb/node-api';
import { bitAt } from '../../requests/columnar/cells.js';
import { writeLane } from './lanes.js';
import { SHORT_BYTES, ShortTexts } from './short_texts.js';
import { EMPTY, type TextEntries } from './text_entries.js';
import type { NumberVector, TextVector } from './vectors.js';

/**
 * A function of SQL that numbers texts, in a lane of a BIGINT. DuckDB calls it once for each entry of a dictionary, where a
 * column has one.
 */
export function numbering(
  duckdb: typeof DuckDB,
  name: string,
  texts: TextEntries,
  lane: number,
): DuckDB.DuckDBScalarFunction {
  const short = new ShortTexts();
  return duckdb.DuckDBScalarFunction.create({
    name,
    parameterTypes: [duckdb.VARCHAR],
    returnType: duckdb.BIGINT,
    // Empty cells have a number too: else all lanes of a row were empty where one is.
    specialHandling: true,
    mainFunction: (_, input, output) => {
      const given = input.getColumnVector(0) as unknown as TextVector;
      const { dataView } = given;
      const words = new Uint32Array(dataView.buffer, dataView.byteOffset, dataView.byteLength >> 2);
      const bits = given.validity.data;
      const valid = bits && new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
      const numberAt = (row: number): number => {
        if (valid && !bitAt(valid, row)) return EMPTY;
        const at = 4 * row;
        const isShort = (words[at] as number) <= SHORT_BYTES;
        const known = isShort ? short.find(words, at) : -1;
        if (known >= 0) return known;
        const number = texts.numberOf(given.getItem(row) as string);
        if (isShort && number !== EMPTY) short.add(words, at, number);
        return number;
      };
      const vector = output as unknown as NumberVector;
      const { items } = vector;
      const numbers = new Uint32Array(items.buffer, items.byteOffset, items.byteLength >> 2);
      for (let row = 0; row < input.rowCount; row++) writeLane(numbers, 2 * row, lane, numberAt(row));
      vector.flush();
    },
  });
}
