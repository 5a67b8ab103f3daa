import { Fault } from '../../abi/verdict.js';
import { saturate } from '../../engine/columns.js';
import type { ProgramSpec } from '../../kernel/verifier/program_needs.js';
import type { EnumKind } from '../../kernel/vocabulary.js';
import { MAX_IDS, NO_TOKEN, type WorldNames } from '../../kernel/world.js';
import { nearestOf } from '../../names/nearest.js';
import { KIND_LABEL, nearestName } from '../../names/spelling.js';
import { type CommandFields, READS_MAP_TYPE, READS_NO_TYPE } from '../../request/command_fields.js';
import { PRE_NAMES } from '../../request/fault_names.js';
import { REQUEST_COLUMNS, type RequestChunk, type RequestColumn, type RowCells } from '../request_table.js';
import {
  ATTACH_TYPE,
  type CellNames,
  CMD,
  EXPECT,
  INSN_CNT,
  MAP_TYPE,
  PRE,
  PROG_TYPE,
  PROGRAM,
  TASK,
  TOKEN,
} from './cell_resolvers.js';
import type { ChunkBuilder } from './chunk_builder.js';
import { copyString, EMPTY, EXPECT_NAMES, type NameCache, OUT_OF_RANGE, parseCount, UNKNOWN } from './name_cache.js';
import { type RowDiagnosticKind, type RowDiagnostics, truncated } from './row_diagnostics.js';

/** Instead of an id: the value was of no use, and that has been reported. */
const WRONG_TYPE = -4;
/** Characters of a bad row's cell that are kept. */
const MAX_KEPT_LENGTH = 200;

const KIND_OF_COLUMN: Partial<Record<RequestColumn, EnumKind>> = {
  cmd: 'cmds',
  map_type: 'map_types',
  prog_type: 'prog_types',
  expected_attach_type: 'attach_types',
};

/** Turns cells into columns: names to ids, faults to problems, and a row for every row, whatever is wrong with it. */
export class RowBuilder {
  readonly #world: WorldNames;
  readonly #fields: CommandFields;
  readonly #problems: RowDiagnostics;
  /** In order of REQUEST_COLUMNS; insn_cnt has none. */
  readonly #spellings: readonly (NameCache | undefined)[];
  readonly #chunks: ChunkBuilder;
  readonly #place: 'line' | 'row';
  #isBad = false;

  /** `place` says what rows are named by: the line they start on, or, where there are no lines, their number from 1. */
  constructor(names: CellNames, problems: RowDiagnostics, chunks: ChunkBuilder, place: 'line' | 'row' = 'line') {
    this.#world = names.world;
    this.#fields = names.fields;
    this.#problems = problems;
    this.#place = place;
    this.#spellings = names.spellings;
    this.#chunks = chunks;
  }

  /** Adds the row on a line. Columns the row's command does not read are not looked at. */
  add(cells: RowCells, line: number): void {
    const { columns, row } = this.#chunks;
    const problemsBefore = this.#problems.total;
    this.#isBad = false;

    columns.task[row] = this.#task(cells[TASK], line);
    columns.token[row] = this.#token(cells[TOKEN], line);
    const cmd = this.#required(CMD, cells[CMD], line);
    if (cmd >= 0) {
      columns.cmd[row] = cmd;
      const reads = this.#fields.type[cmd] as number;
      if (reads !== READS_NO_TYPE) {
        const column = reads === READS_MAP_TYPE ? MAP_TYPE : PROG_TYPE;
        const program = this.#fields.insnCnt[cmd] === 1 ? this.#program(cells, line) : undefined;
        const isRequired = this.#fields.typeRequired[cmd] === 1 && !program;
        const id = isRequired ? this.#required(column, cells[column], line) : this.#id(column, cells[column], line);
        if (id > 0) columns.type[row] = id;
        if (this.#fields.attachType[cmd] === 1) {
          const attach = this.#id(ATTACH_TYPE, cells[ATTACH_TYPE], line);
          if (attach > 0) columns.attachType[row] = attach;
          if (program) this.#takeTypes(program, id, attach, line);
        }
        if (this.#fields.insnCnt[cmd] === 1) {
          const count = this.#id(INSN_CNT, cells[INSN_CNT], line);
          if (count >= 0) columns.insnCnt[row] = count;
        }
      }
    }
    const code = this.#id(PRE, cells[PRE], line);
    if (code > 0) columns.pre[row] = code;
    if (code === Fault.BAD_ROW)
      this.#report('marked_bad', line, 'pre', 'the row is marked as one that could not be read');
    const expect = this.#id(EXPECT, cells[EXPECT], line);
    if (expect >= 0) this.#chunks.expect(expect);

    if (this.#isBad) columns.pre[row] = Fault.BAD_ROW;
    if (this.#problems.total !== problemsBefore) this.#keep(cells);
    this.#chunks.next(line);
  }

  /** Adds a row for a line of which no request can be made. */
  addBroken(kind: RowDiagnosticKind, message: string, line: number, cells?: RowCells): void {
    this.#report(kind, line, undefined, message);
    const { columns, row } = this.#chunks;
    columns.task[row] = this.#world.tasks.length;
    columns.pre[row] = Fault.BAD_ROW;
    this.#keep(cells ?? []);
    this.#chunks.next(line);
  }

  /** The chunks that are full, oldest first, each handed out once; after the last row, also the one that is not. */
  take(isEnd: boolean): RequestChunk[] {
    return this.#chunks.take(isEnd);
  }

  /** A task's id; the first id that does not exist where there is none of that name. */
  #task(value: unknown, line: number): number {
    const { length } = this.#world.tasks;
    const text = typeof value === 'number' ? `#${value}` : value;
    const id = this.#lookUp(TASK, text, line);
    if (id >= 0) return id;
    if (id === EMPTY) this.#reportBad('missing_value', line, 'task', 'a request needs a task');
    if (id === UNKNOWN) this.#reportName('no_such_task', line, 'task', text as string, this.#world.tasks);
    return length;
  }

  /** A token's id, NO_TOKEN for an empty cell; the first id that does not exist where there is none of that name. */
  #token(value: unknown, line: number): number {
    const { length } = this.#world.tokens;
    const text = typeof value === 'number' ? `#${value}` : value;
    const id = this.#lookUp(TOKEN, text, line);
    if (id >= 0) return id;
    if (id === UNKNOWN) {
      this.#reportName('no_such_token', line, 'token', text as string, this.#world.tokens);
      // With every id in use, the next one would mean no token.
      if (length >= MAX_IDS) this.#isBad = true;
      return length;
    }
    return NO_TOKEN;
  }

  /** The program of a row whose command loads one; undefined where none is named, or none is called so (reported). */
  #program(cells: RowCells, line: number): ProgramSpec | undefined {
    const id = this.#id(PROGRAM, cells[PROGRAM], line);
    if (id < 0) return undefined;
    this.#chunks.program(id);
    return this.#world.programs?.[id];
  }

  /** Gives the row the types of its program; reports those that it says and that are others. */
  #takeTypes({ name, progType, attachType }: ProgramSpec, type: number, attach: number, line: number): void {
    const { columns, row } = this.#chunks;
    for (const [column, given, own] of [
      ['prog_type', type, saturate(progType)],
      ['expected_attach_type', attach, saturate(attachType)],
    ] as const) {
      if (given < 0 || given === own) continue;
      this.#reportBad('unknown_name', line, column, `${column} is not that of program '${truncated(name)}'`);
    }
    columns.type[row] = saturate(progType);
    columns.attachType[row] = saturate(attachType);
  }

  #required(column: number, value: unknown, line: number): number {
    const id = this.#id(column, value, line);
    if (id === EMPTY) {
      const name = REQUEST_COLUMNS[column] as RequestColumn;
      this.#reportBad('missing_value', line, name, `a ${name} is missing`);
    }
    return id;
  }

  /** What a cell stands for, EMPTY, or another number below 0 after reporting what is wrong with it. */
  #id(column: number, value: unknown, line: number): number {
    const id = this.#lookUp(column, value, line);
    if (id >= EMPTY || id === WRONG_TYPE) return id;
    const name = REQUEST_COLUMNS[column] as RequestColumn;
    const text = String(value);
    if (id === OUT_OF_RANGE) {
      this.#reportBad('out_of_range', line, name, `${truncated(text)} is not a number ${name} can have`);
    } else {
      const label = labelOf(name);
      const what =
        column === INSN_CNT
          ? `'${truncated(text)}' is no number of instructions, 0 to 4294967295`
          : `no ${label} is called '${truncated(text)}'`;
      this.#reportBad('unknown_name', line, name, what, () => this.#nearest(name, text));
    }
    return id;
  }

  #lookUp(column: number, value: unknown, line: number): number {
    if (typeof value === 'string') {
      if (value === '') return EMPTY;
      return column === INSN_CNT ? parseCount(value) : (this.#spellings[column] as NameCache).idOf(value);
    }
    if (value === undefined || value === null) return EMPTY;
    if (typeof value === 'number') return this.#lookUp(column, String(value), line);
    const name = REQUEST_COLUMNS[column] as RequestColumn;
    const found = Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : String(value);
    this.#reportBad('wrong_type', line, name, `${name} is text or a number, and this is ${found}`);
    return WRONG_TYPE;
  }

  #nearest(column: RequestColumn, text: string): string | undefined {
    const kind = KIND_OF_COLUMN[column];
    if (kind !== undefined) return nearestName(this.#world.profile.vocabulary, kind, text);
    if (column === 'program')
      return nearestOf(
        text.trim(),
        (this.#world.programs ?? []).map(({ name }) => name),
      );
    if (column === 'pre') return nearestOf(text.trim().toLowerCase(), PRE_NAMES);
    if (column !== 'expect') return undefined;
    const upper = text.trim().toUpperCase();
    return nearestOf(upper, EXPECT_NAMES.slice(1)) ?? nearestOf(upper.toLowerCase(), EXPECT_NAMES);
  }

  #reportName(
    kind: 'no_such_task' | 'no_such_token',
    line: number,
    column: 'task' | 'token',
    text: string,
    specs: readonly { readonly name: string }[],
  ): void {
    const trimmed = text.trim();
    const isIndex = /^#\d+$/.test(trimmed);
    const message = isIndex
      ? `no ${column} ${truncated(trimmed)}: the world has ${specs.length}`
      : `no ${column} is called '${truncated(trimmed)}'`;
    this.#report(kind, line, column, message, () => {
      if (isIndex) return undefined;
      // A bare number is most likely an index that lacks its sign.
      if (/^\d+$/.test(trimmed) && Number(trimmed) < specs.length) return `#${Number(trimmed)}`;
      return nearestOf(
        trimmed.slice(0, MAX_KEPT_LENGTH),
        specs.map(({ name }) => name),
      );
    });
  }

  #reportBad(
    kind: RowDiagnosticKind,
    line: number,
    column: RequestColumn,
    message: string,
    nearest?: () => string | undefined,
  ): void {
    this.#isBad = true;
    this.#report(kind, line, column, message, nearest);
  }

  #report(
    kind: RowDiagnosticKind,
    line: number,
    column: RequestColumn | undefined,
    message: string,
    nearest?: () => string | undefined,
  ): void {
    this.#problems.add({ kind, [this.#place]: line, message, ...(column === undefined ? {} : { column }) }, nearest);
  }

  #keep(cells: RowCells): void {
    this.#problems.rows += 1;
    this.#chunks.keepTexts(REQUEST_COLUMNS.map((_, column) => cellText(cells[column])));
  }
}

function labelOf(column: RequestColumn): string {
  const kind = KIND_OF_COLUMN[column];
  if (kind !== undefined) return KIND_LABEL[kind];
  return column === 'expect' ? 'expectation' : column;
}

/** A cell as a row with a problem shows it again. */
function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return copyString(text.slice(0, MAX_KEPT_LENGTH));
}
