import type { CellType, NumberType, TextType } from '../columnar/cells.js';
import type { Codec } from '../columnar/compression.js';
import type { DictionaryPart } from '../columnar/dictionary.js';
import type { ByteSource, Dictionaries } from '../columnar/row_batch_reader.js';
import { RequestTableError } from '../request_table.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import { withArrowErrors } from './decode_errors.js';
import type { EncodedBatch } from './decompress_batch.js';
import { CONTINUATION, MAGIC, MAGIC_BYTES } from './format.js';
import { type ArrowMessage, batchCodec, decodeMessage, MAX_METADATA, placeBatch, readDictionary } from './messages.js';
import { Footer } from './private_api.js';
import { layOut, type TableLayout } from './schema.js';
import { verifyFooter } from './verify.js';

/** The end of a file: the length of its footer, and the magic again. */
const TAIL_BYTES = 4 + MAGIC.length;

/** Where a message of a file lies. */
interface Block {
  readonly offset: number;
  readonly metaDataLength: number;
  readonly bodyLength: number;
}

/** A message, and where its body starts. */
interface PlacedMessage {
  readonly message: ArrowMessage;
  readonly body: number;
}

/** A message of a dictionary that a request column has. */
interface DictionaryMessage {
  readonly message: ArrowMessage & { kind: 'dictionary' };
  readonly body: number;
  readonly codec: Codec | undefined;
}

/** A table in an Arrow IPC file: where its record batches lie, and its dictionaries. */
export class ArrowFile {
  /** What each of REQUEST_COLUMNS holds; undefined for one the table does not have. */
  readonly columns: readonly (CellType | undefined)[];
  readonly #file: string;
  readonly #source: ByteSource;
  readonly #size: number;
  readonly #footer: Footer;
  readonly #layout: TableLayout;
  readonly #dictionaryMessages: readonly DictionaryMessage[];
  #dictionaries: Dictionaries | undefined;

  /**
   * Reads the footer, and where dictionaries lie; `size` is that of the file in bytes. Throws a RequestTableError for what is
   * no such file, or none of requests, and what the source throws.
   */
  constructor(file: string, source: ByteSource, size: number, problems: RowDiagnostics) {
    this.#file = file;
    this.#source = source;
    this.#size = size;
    this.#footer = readFooter(file, source, size);
    this.#layout = withArrowErrors(file, 'its schema', () => layOut(file, this.#footer.schema, problems));
    this.columns = this.#layout.columns.map((place) => place?.type);
    this.#dictionaryMessages = this.#findDictionaries();
  }

  /** How the dictionaries are compressed: loadCodec() of each comes before they are read. */
  get dictionaryCodecs(): ReadonlySet<Codec> {
    return new Set(this.#dictionaryMessages.flatMap(({ codec }) => codec ?? []));
  }

  /** The dictionaries of the request columns, read when they are asked for. Throws as the constructor does. */
  get dictionaries(): Dictionaries {
    this.#dictionaries ??= this.#readDictionaries();
    return this.#dictionaries;
  }

  /** The record batches in their order, each with the number of rows before it. Throws as the constructor does. */
  *batches(): Generator<{ readonly batch: EncodedBatch; readonly firstRow: number }> {
    let firstRow = 0;
    for (const { message, body } of this.#messages(() => this.#footer.recordBatches())) {
      if (message.kind !== 'batch') throw this.#error('its footer names something else where a record batch should be');
      const batch = placeBatch(this.#file, this.#layout, message.batch, body, message.bodyLength);
      yield { batch, firstRow };
      firstRow += batch.rows;
    }
  }

  #findDictionaries(): DictionaryMessage[] {
    const found: DictionaryMessage[] = [];
    for (const { message, body } of this.#messages(() => this.#footer.dictionaryBatches())) {
      if (message.kind !== 'dictionary') {
        throw this.#error('its footer names something else where a dictionary should be');
      }
      // Others are of columns that no request has.
      if (this.#layout.dictionaries.has(message.id)) {
        found.push({ message, body, codec: batchCodec(this.#file, message.batch) });
      }
    }
    return found;
  }

  #readDictionaries(): Dictionaries {
    const dictionaries = new Map<number, DictionaryPart[]>();
    for (const { message, body } of this.#dictionaryMessages) {
      const { id, isDelta, batch, bodyLength } = message;
      const type = this.#layout.dictionaries.get(id) as NumberType | TextType;
      const parts = dictionaries.get(id) ?? [];
      if (parts.length > 0 && !isDelta)
        throw this.#error(`dictionary ${id} is there twice, which only a stream can mean`);
      parts.push(readDictionary(this.#file, type, batch, this.#source, body, bodyLength));
      dictionaries.set(id, parts);
    }
    return dictionaries;
  }

  /** The messages of some blocks of the footer. Together they are no longer than the file: none is read over and over. */
  *#messages(blocks: () => Iterable<Block>): Generator<PlacedMessage> {
    let left = this.#size;
    for (const block of withArrowErrors(this.#file, 'its footer', () => [...blocks()])) {
      const placed = this.#message(block);
      left -= block.metaDataLength + ('bodyLength' in placed.message ? placed.message.bodyLength : 0);
      if (left < 0) throw this.#error('its footer names the same bytes several times');
      yield placed;
    }
  }

  #message({ offset, metaDataLength, bodyLength }: Block): PlacedMessage {
    const body = offset + metaDataLength;
    const isInside = offset >= MAGIC_BYTES && metaDataLength >= 8 && bodyLength >= 0 && body + bodyLength <= this.#size;
    if (!isInside || metaDataLength > MAX_METADATA) throw this.#error('its footer points outside the file');
    const bytes = new Uint8Array(metaDataLength);
    this.#source.read(offset, bytes);
    const prefix = new DataView(bytes.buffer).getInt32(0, true) === CONTINUATION ? 8 : 4;
    const message = decodeMessage(this.#file, bytes.subarray(prefix));
    if ('bodyLength' in message && body + message.bodyLength > this.#size) {
      throw this.#error('a message of it says that it ends after the file');
    }
    return { message, body };
  }

  #error(message: string): RequestTableError {
    return new RequestTableError(this.#file, undefined, undefined, message);
  }
}

/** Whether bytes are the start of an Arrow file. */
export function startsAsFile(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && [...MAGIC].every((letter, i) => bytes[i] === letter.charCodeAt(0));
}

function readFooter(file: string, source: ByteSource, size: number): Footer {
  const isCut = (): RequestTableError =>
    new RequestTableError(
      file,
      undefined,
      undefined,
      'the Arrow file is cut off: its end, which says where rows lie, is missing',
    );
  if (size < MAGIC_BYTES + TAIL_BYTES) throw isCut();
  const tail = new Uint8Array(TAIL_BYTES);
  source.read(size - TAIL_BYTES, tail);
  if (!startsAsFile(tail.subarray(4))) throw isCut();
  const length = new DataView(tail.buffer).getInt32(0, true);
  const start = size - TAIL_BYTES - length;
  if (length <= 0 || length > MAX_METADATA || start < MAGIC_BYTES) {
    throw new RequestTableError(file, undefined, undefined, `an Arrow file cannot have a footer of ${length} bytes`);
  }
  const bytes = new Uint8Array(length);
  source.read(start, bytes);
  return withArrowErrors(file, 'its footer', () => {
    verifyFooter(bytes);
    return Footer.decode(bytes);
  });
}
