import type { Readable, Writable } from 'node:stream';
import type { Evaluator } from '../engine/evaluator.js';
import { shareEvaluator } from '../engine/share.js';
import { InvalidArgumentError } from '../errors.js';
import { invalidArgument, requireObject, requireSignal, requireWhole } from '../kernel/arguments.js';
import type { World } from '../kernel/world.js';
import { MAX_WORKERS } from '../pool/limits.js';
import { TABLE_FORMATS } from '../tables/formats.js';
import { COMPRESSIONS, type Compression } from '../tables/output_table.js';
import type { BatchSink } from './output/sink.js';
import type { Progress } from './progress.js';
import type { BatchSource } from './source.js';
import { GROUP_COLUMNS, type GroupColumn } from './summary/group_columns.js';

/** What a batch is made of. */
export interface BatchOptions {
  /** Whose tasks and tokens the table names; the evaluator's by default. */
  readonly world?: World;
  readonly evaluator: Evaluator;
  readonly source: BatchSource;
  /** Where verdict rows go; by default none are written, and rows are counted where they are read. */
  readonly sink?: BatchSink;
  /** Called about ten times a second, and at the end. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the batch; no output file appears then. */
  readonly signal?: AbortSignal | undefined;
  /** Stops at the first bad row; no output file appears then. */
  readonly strict?: boolean;
  /** Other evaluators to ask the same: their worlds must have as many tasks and tokens. */
  readonly compare?: readonly Evaluator[];
  /**
   * Threads that may work beside this one, which reads and writes; 1, the default, leaves everything to this one. They are
   * started where that is worth it. The output does not depend on their number.
   */
  readonly workers?: number;
  /** Bytes of a text table that a worker takes at a time, at least 1; 2 MiB by default. */
  readonly splitBytes?: number;
  /** Counts rows by what the output says in these columns. */
  readonly groupBy?: readonly GroupColumn[] | undefined;
  /** Where these counts go as CSV, whatever the format says. */
  readonly groupsSink?: BatchSink | undefined;
  /** Where all rows go that `compare` answers otherwise, as CSV; this thread decides then. */
  readonly compareSink?: BatchSink | undefined;
  /** How the pages of a Parquet output are compressed: `snappy` by default, `zstd` from Node 22.15 on, or `none`. */
  readonly compression?: Compression | undefined;
  /** In place of standard input and output. */
  readonly stdin?: Readable;
  readonly stdout?: Writable;
}

const SOURCE_KINDS: readonly BatchSource['kind'][] = ['file', 'stdin', 'stream', 'generated'];
const SINK_KINDS: readonly BatchSink['kind'][] = ['none', 'file', 'stdout', 'stream'];

/** Throws an InvalidArgumentError for options of a wrong kind or out of range, and what shareEvaluator() throws. */
export function checkBatchOptions(options: BatchOptions): void {
  requireObject('options', options);
  const {
    evaluator,
    source,
    sink,
    groupsSink,
    compareSink,
    signal,
    compare = [],
    workers = 1,
    splitBytes = 1,
  } = options;
  requireEvaluator('options.evaluator', evaluator);
  const { world = evaluator.world } = options;
  requireObject('options.world', world, 'a world');
  if (!Array.isArray(compare)) throw invalidArgument('options.compare', compare, 'an array of evaluators');
  requireSize('options.evaluator', evaluator, world);
  compare.forEach((other, i) => {
    requireEvaluator(`options.compare[${i}]`, other);
    requireSize(`options.compare[${i}]`, other, world);
  });
  requireWhole('options.workers', workers, 1, MAX_WORKERS);
  // Whether threads are started depends on the table: an evaluator that cannot be shared is refused whatever the table is.
  if (workers > 1) for (const shared of [evaluator, ...compare]) shareEvaluator(shared);
  requireWhole('options.splitBytes', splitBytes, 1);
  requireOneOf('options.compression', options.compression ?? 'snappy', COMPRESSIONS);
  requireSignal('options.signal', signal);
  requireSource(source);
  for (const [name, given] of Object.entries({ sink, groupsSink, compareSink }))
    if (given) requireSink(`options.${name}`, given);
  for (const column of options.groupBy ?? []) requireOneOf('options.groupBy', column, GROUP_COLUMNS);
}

function requireEvaluator(name: string, given: unknown): void {
  requireObject(name, given, 'an evaluator');
  if (typeof (given as Evaluator).decideBatch !== 'function') throw invalidArgument(name, given, 'an evaluator');
}

/** Throws an InvalidArgumentError for an evaluator whose ids are not those of the batch's world. */
function requireSize(name: string, { world: other }: Evaluator, { tasks, tokens }: World): void {
  if (other.tasks.length === tasks.length && other.tokens.length === tokens.length) return;
  throw new InvalidArgumentError(
    name,
    `${name} must have ${tasks.length} tasks and ${tokens.length} tokens as the world of the batch, ` +
      `got ${other.tasks.length} and ${other.tokens.length} (${other.profile.name})`,
  );
}

function requireSource(source: BatchSource): void {
  requireObject('options.source', source, 'a source');
  requireOneOf('options.source.kind', source.kind, SOURCE_KINDS);
  if (source.kind === 'generated') {
    requireWhole('options.source.rows', source.rows, 0);
    requireWhole('options.source.seed', source.seed, 0);
    return;
  }
  requireOneOf('options.source.format', source.format, TABLE_FORMATS);
  if (source.kind === 'stream') requireObject('options.source.stream', source.stream, 'a stream of bytes or text');
}

function requireSink(name: string, sink: BatchSink): void {
  requireObject(name, sink, 'a sink');
  requireOneOf(`${name}.kind`, sink.kind, SINK_KINDS);
  if (sink.kind !== 'none') requireOneOf(`${name}.format`, sink.format, TABLE_FORMATS);
}

function requireOneOf(name: string, given: unknown, expected: readonly string[]): void {
  if (!expected.some((known) => known === given)) throw invalidArgument(name, given, `one of ${expected.join(', ')}`);
}
