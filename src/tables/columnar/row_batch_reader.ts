import { NO_PROGRAM } from '../../abi/memory_layout.js';
import { type Columns, createProgramColumn } from '../../engine/columns.js';
import type { WorldNames } from '../../kernel/world.js';
import { REQUEST_COLUMNS, type RequestChunk, type RequestColumn, RequestTableError } from '../request_table.js';
import { cellNames } from '../rows/cell_resolvers.js';
import { ChunkBuilder, createStorage } from '../rows/chunk_builder.js';
import { type CopyRoom, copyColumn, NEW_ROOM } from '../rows/copy_room.js';
import { RowBuilder } from '../rows/row_builder.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import {
  type ByteRegion,
  bitAt,
  type CellType,
  ColumnCells,
  type NumberType,
  type TextType,
  textRegion,
} from './cells.js';
import { type CodeArray, Codes } from './codes.js';
import { DECODE_BUFFER_ROWS, DecodeBuffer } from './decode_buffer.js';
import { Dictionary, type DictionaryPart, type Entries } from './dictionary.js';

/** Bytes at any place: a file's, or some held in memory. */
export interface ByteSource {
  /** Fills `into` with the bytes from `offset` on. Throws where there are not as many. */
  read(offset: number, into: Uint8Array): void;
}

/** Where a column of a batch lies. */
export interface ColumnRegions {
  /** Numbers, or the bytes of texts. */
  readonly data: ByteRegion;
  readonly offsets?: ByteRegion;
  /** Absent where no cell is empty. */
  readonly valid?: ByteRegion;
}

/** Some consecutive rows of a table, and where their columns lie; undefined for a column the table does not have. */
export interface RowBatch {
  readonly rows: number;
  readonly columns: readonly (ColumnRegions | undefined)[];
}

/** Dictionaries by their number, each in its parts. */
export type Dictionaries = ReadonlyMap<number, readonly DictionaryPart[]>;

/** What the entries of the dictionary of each column stand for, and one more: that of numbers past its end. */
export type DictionaryCodes = ReadonlyMap<RequestColumn, CodeArray>;

/** Works out what entries stand for, once for all threads that read a table. */
export function dictionaryCodes(
  world: WorldNames,
  columns: readonly (CellType | undefined)[],
  dictionaries: Dictionaries,
): DictionaryCodes {
  const codes = new Codes(world);
  const made = new Map<RequestColumn, CodeArray>();
  REQUEST_COLUMNS.forEach((name, place) => {
    const type = columns[place];
    const parts = type?.kind === 'dictionary' ? dictionaries.get(type.dictionary) : undefined;
    if (parts) made.set(name, codes.ofDictionary(name, new Dictionary(parts)));
  });
  return made;
}

/** A chunk whose arrays are overwritten by the next one. */
export interface TransientChunk extends RequestChunk {
  /** Its columns as far as deciding needs them. */
  readonly plain: Columns;
  /** What its rows lie on. */
  readonly decodeBuffer: DecodeBuffer;
}

/** Whether the arrays of a chunk are overwritten by the next one. */
export function isTransient(chunk: RequestChunk): chunk is TransientChunk {
  return 'decodeBuffer' in chunk;
}

/** A request column of a table. */
interface GivenColumn {
  readonly name: RequestColumn;
  /** In REQUEST_COLUMNS. */
  readonly place: number;
  readonly type: NumberType | TextType | (CellType & { kind: 'dictionary' });
}

/** The cells of a column in the decode buffer. */
interface LaidCells {
  readonly cells: ColumnCells;
  /** A bit a row from bit `firstBit` on; absent where no cell is empty. */
  readonly valid: Uint8Array | undefined;
  readonly firstBit: number;
}

const EMPTY_ROW = REQUEST_COLUMNS.map(() => undefined);
/** What rows of the slow path say besides their columns. */
interface SlowRows {
  /** The texts of those with a problem. */
  readonly bad: RequestChunk['bad'];
  /** The programs of all rows, where one has any. */
  readonly program?: Uint16Array;
}

const NO_SLOW_ROWS: SlowRows = { bad: new Map() };

/**
 * Makes requests of rows that lie in columns. What a dictionary's entry or a small number stands for is looked up in tables,
 * which are made once; rows that have anything wrong or unusual are given to a RowBuilder, cell by cell.
 */
export class RowBatchReader {
  readonly #file: string;
  readonly #codes: Codes;
  /** What the rows of the last chunk lie on. */
  readonly decodeBuffer: DecodeBuffer;
  readonly #given: readonly GivenColumn[];
  readonly #rows: RowBuilder;
  readonly #dictionaries = new Map<number, Entries>();
  /** The cells in the decode buffer, by column. */
  readonly #loaded = new Map<RequestColumn, LaidCells>();
  #isDirty = false;

  /** `columns` says what each of REQUEST_COLUMNS holds; undefined for one the table does not have. */
  constructor(file: string, world: WorldNames, columns: readonly (CellType | undefined)[], problems: RowDiagnostics) {
    this.#file = file;
    this.#codes = new Codes(world);
    this.#given = REQUEST_COLUMNS.flatMap((name, place) => {
      const type = columns[place];
      return type === undefined || type.kind === 'nothing' ? [] : [{ name, place, type }];
    });
    this.decodeBuffer = new DecodeBuffer(world, new Set(this.#given.map(({ name }) => name)));
    this.#rows = new RowBuilder(cellNames(world), problems, new ChunkBuilder(createStorage(DECODE_BUFFER_ROWS)), 'row');
    for (const { name, type } of this.#given) {
      if (type.kind === 'numbers') this.decodeBuffer.setTable(name, this.#codes.ofNumbers(name));
      // Until there is one, every entry is odd.
      if (type.kind === 'dictionary')
        this.decodeBuffer.setTable(name, this.#codes.ofDictionary(name, new Dictionary([])));
    }
  }

  /** Takes dictionaries, new or in place of those of the same number; with `codes`, which dictionaryCodes() made of them. */
  setDictionaries(dictionaries: Dictionaries, codes?: DictionaryCodes): void {
    for (const [id, parts] of dictionaries) {
      const dictionary = new Dictionary(parts);
      if (codes) this.#dictionaries.set(id, dictionary);
      else this.setEntries(id, dictionary);
    }
    for (const [name, table] of codes ?? []) this.decodeBuffer.setTable(name, table);
  }

  /** Takes one dictionary. */
  setEntries(id: number, dictionary: Entries): void {
    this.#dictionaries.set(id, dictionary);
    for (const { name, type } of this.#given) {
      if (type.kind !== 'dictionary' || type.dictionary !== id) continue;
      this.decodeBuffer.setTable(name, this.#codes.ofDictionary(name, dictionary));
    }
  }

  /**
   * The rows of a batch from `from` up to `to`, in chunks; `firstRow` rows of the table come before the batch. Throws what
   * reading throws, and a RequestTableError where the bytes cannot be what the columns are said to be.
   */
  *read(source: ByteSource, batch: RowBatch, from: number, to: number, firstRow: number): Generator<TransientChunk> {
    for (let start = from; start < to; start += DECODE_BUFFER_ROWS) {
      const rows = Math.min(DECODE_BUFFER_ROWS, to - start);
      yield this.#chunk(source, batch, start, rows, firstRow + start);
    }
  }

  #chunk(source: ByteSource, batch: RowBatch, start: number, rows: number, firstRow: number): TransientChunk {
    if (this.#isDirty) this.decodeBuffer.clear();
    this.#isDirty = false;
    for (const column of this.#given) {
      this.#fill(column, source, batch.columns[column.place] as ColumnRegions, start, rows);
    }
    const { bad, program } = this.decodeBuffer.join(rows) ? this.#resolveSlowRows(rows, firstRow) : NO_SLOW_ROWS;
    const columns = { ...this.decodeBuffer.columns(rows), ...(program && { program }) };
    const expects = this.decodeBuffer.expects(rows);
    const plain = { ...this.decodeBuffer.plain(columns, this.#isDirty), ...(program && { program }) };
    return { columns, plain, decodeBuffer: this.decodeBuffer, rows, firstRow, ...(expects ? { expects } : {}), bad };
  }

  /** Copies a column's cells to the decode buffer and turns them into codes. */
  #fill({ name, type }: GivenColumn, source: ByteSource, regions: ColumnRegions, start: number, rows: number): void {
    const decodeBuffer = this.decodeBuffer;
    const firstBit = start & 7;
    const valid = regions.valid && decodeBuffer.valid(name, Math.ceil((firstBit + rows) / 8));
    if (valid) source.read((regions.valid as ByteRegion).offset + (start >> 3), valid);
    let cells: ColumnCells;
    if (type.kind === 'texts') {
      cells = this.#readTexts(name, type, source, regions, start, rows);
      const codes = decodeBuffer.codes(name);
      for (let row = 0; row < rows; row++) codes[row] = this.#codes.of(name, cells.at(row));
    } else {
      const numbers = type.kind === 'dictionary' ? type.index : type;
      const data = decodeBuffer.cells(name, rows * numbers.bytes);
      source.read(regions.data.offset + start * numbers.bytes, data);
      cells = new ColumnCells(numbers, { data });
      decodeBuffer.lookUp(name, numbers, rows, name === 'insn_cnt' && type.kind === 'numbers');
    }
    if (valid) decodeBuffer.fillNulls(name, firstBit, rows);
    this.#loaded.set(name, { cells, valid, firstBit });
  }

  #readTexts(
    name: RequestColumn,
    type: TextType,
    source: ByteSource,
    regions: ColumnRegions,
    start: number,
    rows: number,
  ): ColumnCells {
    const offsets = this.decodeBuffer.cells(name, (rows + 1) * type.offsetBytes);
    source.read((regions.offsets as ByteRegion).offset + start * type.offsetBytes, offsets);
    const region = textRegion(type, offsets, rows, regions.data);
    if (!region)
      throw new RequestTableError(this.#file, undefined, name, `where the texts of ${name} lie cannot be right`);
    const data = new Uint8Array(region.length);
    source.read(region.offset, data);
    return new ColumnCells(type, { data, offsets });
  }

  /** Resolves rows of the slow path with the RowBuilder and replaces them. */
  #resolveSlowRows(rows: number, firstRow: number): SlowRows {
    const { odd } = this.decodeBuffer;
    const settled: number[] = [];
    for (let row = 0; row < rows; row++) {
      if (odd[row] === 0) continue;
      this.#rows.add(this.#rowCells(row, firstRow), firstRow + row + 1);
      settled.push(row);
    }
    const [chunk] = this.#rows.take(true);
    if (!chunk) return NO_SLOW_ROWS;
    this.#isDirty = true;
    const columns = this.decodeBuffer.columns(rows);
    const expects = this.decodeBuffer.expects(rows);
    const bad = new Map<number, readonly string[]>();
    const program = chunk.columns.program && createProgramColumn(rows);
    settled.forEach((row, i) => {
      for (const name of Object.keys(columns) as (keyof typeof columns)[]) {
        columns[name][row] = chunk.columns[name][i] as number;
      }
      if (program) program[row] = chunk.columns.program?.[i] ?? NO_PROGRAM;
      if (expects) expects[row] = chunk.expects?.[i] ?? -1;
      const texts = chunk.bad.get(i);
      if (texts) bad.set(row, texts);
    });
    return { bad, ...(program && { program }) };
  }

  /** The cells of a row in the decode buffer. */
  #rowCells(row: number, firstRow: number): unknown[] {
    const cells: unknown[] = [...EMPTY_ROW];
    for (const { name, place, type } of this.#given) {
      const { cells: loaded, valid, firstBit } = this.#loaded.get(name) as LaidCells;
      if (valid && !bitAt(valid, firstBit + row)) continue;
      cells[place] =
        type.kind === 'dictionary'
          ? this.#entry(name, type.dictionary, loaded.numberAt(row), firstRow + row + 1)
          : loaded.at(row);
    }
    return cells;
  }

  /** An entry of a dictionary. Throws a RequestTableError for one that it does not have. */
  #entry(name: RequestColumn, id: number, entry: number, row: number): unknown {
    const dictionary = this.#dictionaries.get(id);
    if (dictionary && entry >= 0 && entry < dictionary.length) return dictionary.at(entry);
    const has = dictionary ? `the dictionary has ${dictionary.length}` : 'there is no dictionary';
    throw new RequestTableError(this.#file, undefined, name, `row ${row}: ${name} is entry ${entry}, and ${has}`);
  }
}

/** Copies of chunks, which stay as they are. */
export async function* copyChunks(
  chunks: AsyncIterable<TransientChunk> | Iterable<TransientChunk>,
): AsyncGenerator<RequestChunk> {
  for await (const chunk of chunks) yield copyChunk(chunk);
}

/** A copy of a chunk, which stays as it is. */
export function copyChunk(
  { columns, rows, firstRow, expects, bad }: TransientChunk,
  room: CopyRoom = NEW_ROOM,
): RequestChunk {
  const { task, token, cmd, type, attachType, insnCnt, pre, program } = columns;
  const kept = {
    task: copyColumn(task, room),
    token: copyColumn(token, room),
    cmd: copyColumn(cmd, room),
    type: copyColumn(type, room),
    attachType: copyColumn(attachType, room),
    insnCnt: copyColumn(insnCnt, room),
    pre: copyColumn(pre, room),
    ...(program && { program: copyColumn(program, room) }),
  };
  return { columns: kept, rows, firstRow, ...(expects ? { expects: copyColumn(expects, room) } : {}), bad };
}
