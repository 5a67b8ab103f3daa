import type * as DuckDB from '@duckdb/node-api';
import { bitAt } from '../../requests/columnar/cells.js';
import { LASTING, type TextEntries } from '../../requests/columnar/text_entries.js';
import { SHORT_BYTES, ShortTexts } from './short_texts.js';
import type { NumberVector, TextVector } from './vectors.js';

/** A function of SQL that numbers texts. DuckDB calls it once for each entry of a dictionary, where a column has one. */
export function numbering(duckdb: typeof DuckDB, name: string, texts: TextEntries): DuckDB.DuckDBScalarFunction {
  const short = new ShortTexts();
  return duckdb.DuckDBScalarFunction.create({
    name,
    parameterTypes: [duckdb.VARCHAR],
    returnType: duckdb.INTEGER,
    mainFunction: (_, input, output) => {
      const given = input.getColumnVector(0) as unknown as TextVector;
      const { items } = output as unknown as NumberVector & { items: Int32Array };
      const { dataView } = given;
      const words = new Uint32Array(dataView.buffer, dataView.byteOffset, dataView.byteLength >> 2);
      const bits = given.validity.data;
      const valid = bits && new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
      for (let row = 0; row < input.rowCount; row++) {
        const at = 4 * row;
        if (valid && !bitAt(valid, row)) {
          output.setItem(row, null);
          continue;
        }
        const isShort = (words[at] as number) <= SHORT_BYTES;
        const known = isShort ? short.find(words, at) : -1;
        if (known >= 0) {
          items[row] = known;
          continue;
        }
        const number = texts.numberOf(given.getItem(row) as string);
        items[row] = number;
        // Later ones do not keep their numbers.
        if (isShort && number < LASTING) short.add(words, at, number);
      }
      output.flush();
    },
  });
}
