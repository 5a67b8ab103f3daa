import type { FullColumns } from '../engine/columns.js';
import type { Evaluator } from '../engine/evaluator.js';
import type { AttachedEvaluator } from '../engine/share.js';
import { InvalidArgumentError, TableChangedError } from '../errors.js';
import { invalidArgument, requireObject, requireSignal, requireText } from '../kernel/arguments.js';
import { checkWorldNames } from '../kernel/check_world.js';
import type { WorldNames } from '../kernel/world.js';
import { requireFormat, requirePieces } from './check_source.js';
import { formatOfPath, TABLE_FORMATS, type TableFormat } from './formats.js';
import { openInputFile } from './input_file.js';
import { openTable } from './open_table.js';
import { RowDiagnostics } from './rows/row_diagnostics.js';

/** A table: the path of a file, or its bytes from the first to the last (texts are taken as UTF-8). */
export type TableSource = string | AsyncIterable<Uint8Array | string>;

/** How to read a table. */
export interface TableOptions {
  /** Needed for bytes; of a file, its name tells by default. */
  readonly format?: TableFormat;
  /** Whose tasks, tokens and vocabulary names are looked up in. Needed where the evaluator is attached to another's. */
  readonly world?: WorldNames;
  /** What messages call the table; its path by default, or `<input>`. */
  readonly file?: string;
  /** Ends the reading: the iteration throws its reason. */
  readonly signal?: AbortSignal;
}

/** Some consecutive rows of a table, and what they get. */
export interface TableChunk {
  /** The requests by ids, each column `rows` long. Rows that cannot be read have `pre` BAD_ROW or an id past the end. */
  readonly columns: FullColumns;
  readonly rows: number;
  /** How many rows of the table come before: row i of the chunk is number firstRow + i + 1. */
  readonly firstRow: number;
  /** The verdict byte of each row. */
  readonly verdicts: Uint8Array;
  /** The 1-based line of the file each row starts on; absent in formats that have no lines. */
  readonly lines?: Uint32Array;
  /** What each row expects: -1 nothing, 0 to be allowed, else an errno; absent where no row of the chunk expects anything. */
  readonly expects?: Int16Array;
  /** The texts of rows with a problem, by row of the chunk: a text for each request column, '' where there is none. */
  readonly bad: ReadonlyMap<number, readonly string[]>;
}

/** The rows of a table and their verdicts, chunk by chunk: iterate once. */
export interface EvaluatedTable extends AsyncIterable<TableChunk> {
  /** What is wrong with the rows read so far: counts by kind, and the first twenty in full. */
  readonly problems: RowDiagnostics;
}

/**
 * Decides every row of a table, holding little more than one chunk of it. Iterating throws a RequestTableError for what is no
 * request table, a TableChangedError where the file is written to meanwhile, a system's error where it cannot be read, the
 * signal's reason, and what decideBatch() throws.
 * Throws an InvalidArgumentError where format or world are needed and not given, and for arguments of a wrong kind.
 */
export function evaluateTable(
  evaluator: Evaluator | AttachedEvaluator,
  source: TableSource,
  options: TableOptions = {},
): EvaluatedTable {
  requireObject('evaluator', evaluator, 'an evaluator');
  if (typeof evaluator.decideBatch !== 'function') throw invalidArgument('evaluator', evaluator, 'an evaluator');
  requireObject('options', options);
  requireSignal('options.signal', options.signal);
  if (options.file !== undefined) requireText('options.file', options.file);
  const { world = 'world' in evaluator ? evaluator.world : undefined } = options;
  if (world === undefined) {
    throw new InvalidArgumentError(
      'options.world',
      'an attached evaluator does not know names: give the world as an option',
    );
  }
  checkWorldNames(world);
  const format = options.format ?? (typeof source === 'string' ? formatOfPath(source) : undefined);
  if (format === undefined) {
    throw new InvalidArgumentError('options.format', 'the format of the table is not known: give it as an option');
  }
  requireFormat(format, TABLE_FORMATS);
  if (typeof source !== 'string') requirePieces(source);
  const problems = new RowDiagnostics();
  const chunks = async function* (): AsyncGenerator<TableChunk> {
    options.signal?.throwIfAborted();
    const opened = typeof source === 'string' ? openInputFile(source) : undefined;
    const file = options.file ?? (typeof source === 'string' ? source : '<input>');
    const pieces = () => opened?.pieces(options.signal) ?? (source as Exclude<TableSource, string>);
    const requireUnchanged = (): void => {
      const change = opened?.change();
      if (change !== undefined) throw new TableChangedError(file, change);
    };
    try {
      const table = await openTable({ file, format, open: opened?.file, pieces }, world, problems);
      for await (const chunk of table.chunks) {
        options.signal?.throwIfAborted();
        const verdicts = new Uint8Array(chunk.rows);
        evaluator.decideBatch(chunk.columns, verdicts);
        yield { ...chunk, verdicts };
      }
      requireUnchanged();
    } catch (error) {
      options.signal?.throwIfAborted();
      // What a table seems to hold that is written to meanwhile is not what is wrong.
      requireUnchanged();
      throw error;
    } finally {
      opened?.close();
    }
  };
  return { problems, [Symbol.asyncIterator]: chunks };
}
