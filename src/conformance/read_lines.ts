import { LineTextSplitter, MAX_LINE } from '../tables/text/text_lines.js';
import { decodeUtf8 } from '../tables/text/utf8.js';
import { RecordingError } from './errors.js';
import { readRecord } from './read_record.js';
import type { RecordedCase } from './record.js';

/**
 * The records of a recording as its bytes arrive. Throws a RecordingError at the first line that is not a record, and at the end
 * of a file without records.
 */
export async function* readRecords(
  source: AsyncIterable<Uint8Array | string>,
  file: string,
): AsyncGenerator<readonly RecordedCase[]> {
  let records: RecordedCase[] = [];
  let isEmpty = true;
  let lines = 0;
  const splitter = new LineTextSplitter((line, number) => {
    if (line === undefined) throw new RecordingError(file, number, MAX_LINE, 'the line is too long to be a record');
    lines = number;
    const record = readRecord(number === 1 ? line.replace(/^\uFEFF/, '') : line, file, number);
    if (!record) return;
    isEmpty = false;
    records.push(record);
  });
  for await (const text of decodeUtf8(source)) {
    splitter.push(text);
    yield records;
    records = [];
  }
  splitter.end();
  if (isEmpty) {
    throw new RecordingError(
      file,
      Math.max(lines, 1),
      1,
      'a record is expected, one JSON object a line; the file has none',
    );
  }
  yield records;
}
