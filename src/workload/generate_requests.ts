import { Fault } from '../abi/verdict.js';
import { createColumns, type FullColumns } from '../engine/columns.js';
import { InvalidArgumentError } from '../errors.js';
import { invalidArgument, requireObject, requireWhole } from '../kernel/arguments.js';
import { fittingAttachTypes } from '../kernel/attach_types.js';
import { checkWorldNames } from '../kernel/check_world.js';
import type { Vocabulary } from '../kernel/vocabulary.js';
import { NO_TOKEN, type WorldNames } from '../kernel/world.js';
import {
  COLUMN_NUMBERS,
  type CommandFields,
  commandFields,
  READS_MAP_TYPE,
  READS_PROG_TYPE,
} from '../request/command_fields.js';
import { CHUNK_ROWS, MAX_CHUNK_ROWS, type RequestChunk } from '../tables/request_table.js';
import { Random } from './random.js';

/** Rows drawn from one stream of random numbers. The rows of a seed depend on it: never change it. */
export const BLOCK_ROWS = 16_384;
const NO_BAD_ROWS: ReadonlyMap<number, readonly string[]> = new Map();

/** Options of generateRequests(). */
export interface GenerateOptions {
  /** Rows per chunk, at least 1; CHUNK_ROWS by default. Does not change what is drawn. */
  readonly chunkRows?: number;
  /** The first row drawn, a multiple of BLOCK_ROWS; 0 by default. The rows before it are skipped without being drawn. */
  readonly from?: number;
}

/**
 * Requests drawn from a world's tasks, tokens and vocabulary: the same rows for the same world, seed and row number.
 * `rows` is one past the last row. Throws an InvalidArgumentError for a world without tasks, and for an impossible seed, number
 * of rows or first row.
 *
 * Task: uniform. Token: none in 10%; else in 80% one of the caller's own user namespace where it has one, else any.
 * Command: map_create 1/4, prog_load 1/2, btf_load 1/8, else any other but token_create. Types: uniform over the
 * release. Attach type of a prog_load: in half one that fits (0 where any does), else uniform. Instructions: 1 to 4096,
 * in 2% up to 1,100,000 or, rarely, none. `pre`: a fault in 1%. Columns that a command does not read have their defaults.
 */
export function* generateRequests(
  world: WorldNames,
  seed: number,
  rows: number,
  options: GenerateOptions = {},
): Generator<RequestChunk> {
  requireObject('options', options);
  const { chunkRows = CHUNK_ROWS, from = 0 } = options;
  checkWorldNames(world);
  requireWhole('seed', seed, 0);
  requireWhole('rows', rows, 0);
  requireWhole('chunkRows', chunkRows, 1, MAX_CHUNK_ROWS);
  requireWhole('from', from, 0);
  if (from % BLOCK_ROWS !== 0) throw invalidArgument('from', from, `a multiple of ${BLOCK_ROWS}`);
  if (rows <= from) return;
  const draw = new RequestSampler(world, seed);
  for (let firstRow = from; firstRow < rows; firstRow += chunkRows) {
    const count = Math.min(chunkRows, rows - firstRow);
    const columns = createColumns(count);
    draw.fill(columns, firstRow);
    yield { columns, rows: count, firstRow, bad: NO_BAD_ROWS };
  }
}

/** Draws rows in order. */
class RequestSampler {
  readonly #seed: number;
  readonly #random = new Random();
  readonly #tasks: number;
  readonly #tokens: number;
  readonly #own: OwnTokens;
  readonly #fields: CommandFields;
  readonly #mapTypes: number;
  readonly #progTypes: number;
  readonly #attachTypes: number;
  readonly #fitting: readonly Uint8Array[];
  /** The command by a number from 0 to 7; the last one stands for any other command. */
  readonly #commonCmds: Uint8Array;
  readonly #otherCmds: Uint8Array;
  readonly #progLoad: number;

  constructor(world: WorldNames, seed: number) {
    const { vocabulary } = world.profile;
    if (world.tasks.length === 0) {
      throw new InvalidArgumentError('world', 'the world must have at least one task to make requests');
    }
    this.#seed = seed;
    this.#tasks = world.tasks.length;
    this.#tokens = world.tokens.length;
    this.#own = ownTokens(world);
    this.#fields = commandFields(vocabulary);
    this.#mapTypes = vocabulary.count.map_types;
    this.#progTypes = vocabulary.count.prog_types;
    this.#attachTypes = vocabulary.count.attach_types;
    this.#fitting = fittingNumbers(vocabulary);
    const mapCreate = vocabulary.require('cmds', 'map_create');
    const progLoad = vocabulary.require('cmds', 'prog_load');
    const btfLoad = vocabulary.require('cmds', 'btf_load');
    const tokenCreate = vocabulary.require('cmds', 'token_create');
    this.#progLoad = progLoad;
    this.#commonCmds = Uint8Array.of(mapCreate, mapCreate, progLoad, progLoad, progLoad, progLoad, btfLoad);
    const common = new Set([...this.#commonCmds, tokenCreate]);
    this.#otherCmds = Uint8Array.from(
      COLUMN_NUMBERS.filter((number) => vocabulary.has('cmds', number) && !common.has(number)),
    );
  }

  /** Fills new columns with the rows from `firstRow` on. Rows must be drawn in order. */
  fill(columns: FullColumns, firstRow: number): void {
    const rows = columns.task.length;
    for (let row = 0; row < rows; row++) {
      const number = firstRow + row;
      if (number % BLOCK_ROWS === 0) this.#random.reseed(this.#seed, (number / BLOCK_ROWS) >>> 0);
      this.#row(columns, row);
    }
  }

  #row(columns: FullColumns, row: number): void {
    const random = this.#random;
    const task = random.below(this.#tasks);
    columns.task[row] = task;
    // One random number for three independent choices: 8 * 100 * 100 equally likely values.
    const draw = random.below(80_000);
    const common = draw & 7;
    const percent = (draw >>> 3) % 100;
    if (percent >= 10) columns.token[row] = this.#token(task, percent < 82);
    if (draw < 800) columns.pre[row] = Fault.NONE + 1 + random.below(Fault.BAD_ROW - 1);
    const cmd = (
      common < 7 ? this.#commonCmds[common] : this.#otherCmds[random.below(this.#otherCmds.length)]
    ) as number;
    columns.cmd[row] = cmd;
    const reads = this.#fields.type[cmd];
    if (reads === READS_MAP_TYPE) {
      columns.type[row] = random.below(this.#mapTypes);
    } else if (reads === READS_PROG_TYPE) {
      const type = random.below(this.#progTypes);
      columns.type[row] = type;
      columns.attachType[row] = this.#attachType(cmd, type);
      if (cmd === this.#progLoad) columns.insnCnt[row] = this.#insnCnt();
    }
  }

  #token(task: number, isOwn: boolean): number {
    const random = this.#random;
    if (this.#tokens === 0) return NO_TOKEN;
    const count = this.#own.counts[task] as number;
    if (!isOwn || count === 0) return random.below(this.#tokens);
    return this.#own.tokens[(this.#own.starts[task] as number) + random.below(count)] as number;
  }

  #attachType(cmd: number, type: number): number {
    const random = this.#random;
    const draw = random.next();
    if (cmd === this.#progLoad && draw >>> 31 === 0) {
      const fitting = this.#fitting[type] as Uint8Array;
      return fitting.length === 0 ? 0 : (fitting[draw % fitting.length] as number);
    }
    return random.below(this.#attachTypes);
  }

  #insnCnt(): number {
    const random = this.#random;
    const draw = random.next();
    if (draw % 50 !== 0) return 1 + (draw >>> 20);
    return random.below(16) === 0 ? 0 : 1 + random.below(1_100_000);
  }
}

/** For each task, the range of the tokens of its user namespace in `tokens`. */
interface OwnTokens {
  readonly starts: Uint32Array;
  readonly counts: Uint32Array;
  readonly tokens: Uint16Array;
}

function ownTokens(world: WorldNames): OwnTokens {
  const last = world.tokens.reduce((most, { userns }) => Math.max(most, userns), 0);
  const byUserns = Array.from({ length: last + 1 }, (): number[] => []);
  world.tokens.forEach(({ userns }, token) => {
    byUserns[userns]?.push(token);
  });
  const firsts: number[] = [];
  let first = 0;
  for (const tokens of byUserns) {
    firsts.push(first);
    first += tokens.length;
  }
  return {
    starts: Uint32Array.from(world.tasks, ({ userns }) => firsts[userns] ?? 0),
    counts: Uint32Array.from(world.tasks, ({ userns }) => byUserns[userns]?.length ?? 0),
    tokens: Uint16Array.from(byUserns.flat()),
  };
}

/** The attach types each program type may be loaded with; empty where all are valid. */
function fittingNumbers(vocabulary: Vocabulary): Uint8Array[] {
  return COLUMN_NUMBERS.map((type) =>
    Uint8Array.from(
      (fittingAttachTypes(vocabulary, type) ?? [])
        .map((name) => vocabulary.valueOf('attach_types', name))
        .filter((number) => number !== undefined),
    ),
  );
}
