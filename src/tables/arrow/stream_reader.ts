import type { WorldNames } from '../../kernel/world.js';
import type { CellType } from '../columnar/cells.js';
import { loadCodec } from '../columnar/compression.js';
import type { DictionaryPart } from '../columnar/dictionary.js';
import type { TransientChunk } from '../columnar/row_batch_reader.js';
import { type Dictionaries, RowBatchReader } from '../columnar/row_batch_reader.js';
import { RequestTableError } from '../request_table.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import { ByteQueue } from './byte_queue.js';
import { withArrowErrors } from './decode_errors.js';
import { MemoryBytes, openBatch } from './decompress_batch.js';
import { startsAsFile } from './file_reader.js';
import { CONTINUATION, MAGIC_BYTES } from './format.js';
import { type ArrowMessage, batchCodec, decodeMessage, MAX_METADATA, placeBatch, readDictionary } from './messages.js';
import { layOut, type TableLayout } from './schema.js';

/** Some writers put a file's schema at its end only. */
const NO_SCHEMA = 'it has no schema before its rows: an Arrow file like that cannot come through a pipe, only be named';
/** Most bytes of a record batch in a stream: it is held as a whole. */
const MAX_BODY = 1 << 28;

/**
 * The requests of an Arrow IPC stream (or of a file, read from its start to its end), as chunks whose arrays the next one
 * overwrites. One record batch is held at a time. Throws a RequestTableError for what is no such stream, one that is cut off,
 * and one that is not of requests.
 */
export async function* readArrowStream(
  file: string,
  world: WorldNames,
  pieces: AsyncIterable<Uint8Array>,
  problems: RowDiagnostics,
): AsyncGenerator<TransientChunk> {
  const queue = new ByteQueue(pieces);
  try {
    const start = await queue.peek(MAGIC_BYTES);
    if (start.length === 0) throw streamError(file, 'the table is empty: not even a schema is there');
    if (startsAsFile(start)) await queue.take(Math.min(start.length, MAGIC_BYTES));
    yield* new StreamTable(file, world, queue, problems).chunks();
  } finally {
    await queue.close();
  }
}

class StreamTable {
  readonly #file: string;
  readonly #world: WorldNames;
  readonly #queue: ByteQueue;
  readonly #problems: RowDiagnostics;
  readonly #dictionaries = new Map<number, readonly DictionaryPart[]>();
  #layout: TableLayout | undefined;
  #columns: readonly (CellType | undefined)[] = [];
  #slices: RowBatchReader | undefined;
  #firstRow = 0;

  constructor(file: string, world: WorldNames, queue: ByteQueue, problems: RowDiagnostics) {
    this.#file = file;
    this.#world = world;
    this.#queue = queue;
    this.#problems = problems;
  }

  async *chunks(): AsyncGenerator<TransientChunk> {
    for (;;) {
      const message = await this.#message();
      if (!message) return;
      if (message.kind === 'schema') {
        this.#open(message);
        continue;
      }
      const { bodyLength } = message;
      if (bodyLength > MAX_BODY) {
        const most = `${(MAX_BODY >> 20).toLocaleString('en')} MiB`;
        throw streamError(
          this.#file,
          `a record batch of ${bodyLength.toLocaleString('en')} bytes: in a stream it may have ${most}`,
        );
      }
      const codec = 'batch' in message ? batchCodec(this.#file, message.batch) : undefined;
      if (codec) await loadCodec(codec);
      const body = await this.#whole(bodyLength);
      if (message.kind === 'dictionary') this.#takeDictionary(message, body);
      else if (message.kind === 'batch') yield* this.#rows(message, body);
    }
  }

  #open({ schema }: ArrowMessage & { kind: 'schema' }): void {
    if (this.#layout) throw streamError(this.#file, 'a second schema comes in the middle of it');
    this.#layout = withArrowErrors(this.#file, 'its schema', () => layOut(this.#file, schema, this.#problems));
    this.#columns = this.#layout.columns.map((place) => place?.type);
    this.#slices = new RowBatchReader(this.#file, this.#world, this.#columns, this.#problems);
  }

  #takeDictionary({ id, isDelta, batch }: ArrowMessage & { kind: 'dictionary' }, body: Uint8Array): void {
    const type = this.#opened().layout.dictionaries.get(id);
    if (!type) return;
    const part = readDictionary(this.#file, type, batch, new MemoryBytes(body), 0, body.length);
    const parts = isDelta ? [...(this.#dictionaries.get(id) ?? []), part] : [part];
    this.#dictionaries.set(id, parts);
    const changed: Dictionaries = new Map([[id, parts]]);
    this.#opened().slices.setDictionaries(changed);
  }

  *#rows({ batch: encoded }: ArrowMessage & { kind: 'batch' }, body: Uint8Array): Generator<TransientChunk> {
    const { layout, slices } = this.#opened();
    const placed = placeBatch(this.#file, layout, encoded, 0, body.length);
    const { source, batch } = openBatch(this.#file, this.#columns, new MemoryBytes(body), placed);
    yield* slices.read(source, batch, 0, batch.rows, this.#firstRow);
    this.#firstRow += batch.rows;
  }

  /** The next message; undefined at the end. */
  async #message(): Promise<ArrowMessage | undefined> {
    let length = await this.#int32();
    if (length === CONTINUATION) length = await this.#int32();
    if (length === 0) {
      this.#opened();
      // A file's footer follows: reading it lets its writer finish.
      await this.#queue.drain();
      return undefined;
    }
    if (length < 0 || length > MAX_METADATA) {
      throw streamError(this.#file, 'this is no Arrow IPC stream: where a message should start is something else');
    }
    return decodeMessage(this.#file, await this.#whole(length));
  }

  #opened(): { layout: TableLayout; slices: RowBatchReader } {
    if (!this.#layout || !this.#slices) throw streamError(this.#file, NO_SCHEMA);
    return { layout: this.#layout, slices: this.#slices };
  }

  async #int32(): Promise<number> {
    const bytes = await this.#whole(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
  }

  /** The next bytes. Throws a RequestTableError where the stream ends before. */
  async #whole(length: number): Promise<Uint8Array> {
    const bytes = await this.#queue.take(length);
    if (bytes.length === length) return bytes;
    throw streamError(
      this.#file,
      `the Arrow stream is cut off after ${this.#firstRow.toLocaleString('en')} rows: its end is missing`,
    );
  }
}

function streamError(file: string, message: string): RequestTableError {
  return new RequestTableError(file, undefined, undefined, message);
}
