import { parse } from 'csv-parse/browser/esm/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteFault } from '../../src/tables/text/csv_records.js';

/** What the parser says of a text. */
function parserFault(text: string): RegExp | undefined {
  try {
    parse(text, { delimiter: ',', record_delimiter: ['\r\n', '\n'], relax_column_count: true });
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    if (/Opening/.test(message)) return /in the middle of a field/;
    if (/Closing/.test(message)) return /followed by something other/;
    throw error;
  }
}

test('misplaced quotes are found without an exception of the parser, and just those that it finds', () => {
  const texts = fc
    .array(fc.constantFrom('a', '"', '"', ',', '\n', '\r\n', '\r', 'ü'), { maxLength: 14 })
    .map((signs) => signs.join(''))
    // A quote that stays open is for the next line to close.
    .filter((text) => text.split('"').length % 2 === 1);
  fc.assert(
    fc.property(texts, (text) => {
      const fault = quoteFault(text);
      const expected = parserFault(text);
      if (expected) expect(fault).toMatch(expected);
      else expect(fault).toBeUndefined();
    }),
    { numRuns: 3000 },
  );
});
