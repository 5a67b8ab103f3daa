import { TYPE_ROWS } from '../../abi/memory_layout.js';
import { DISPOSITION_SHIFT, Outcome } from '../../abi/verdict.js';
import { type FullColumns, saturate } from '../../engine/columns.js';
import { decodeVerdict, dispositionName, outcomeName, verdictWord } from '../../kernel/verdict.js';
import type { EnumKind } from '../../kernel/vocabulary.js';
import { NO_TOKEN, type WorldNames } from '../../kernel/world.js';
import { commandFields, READS_MAP_TYPE, READS_PROG_TYPE } from '../../request/command_fields.js';
import { PRE_NAMES } from '../../request/fault_names.js';
import { REQUEST_COLUMNS, type RequestChunk } from '../../tables/request_table.js';
import { readableIds, readableNames } from '../../tables/text/request_text.js';
import { TooManyGroupsError } from '../errors.js';
import type { GroupColumn } from './group_columns.js';

/** As many groups as there could be are counted in an array, more in a map of those there are. */
const MAX_DENSE = 1 << 16;
/** Most groups, and most of rows with a problem, whose texts are kept as they were written. */
const MAX_GROUPS = 1 << 20;
const MAX_WRITTEN = 1 << 16;
const BYTES = Array.from({ length: 256 }, (_, byte) => byte);

/** Rows by group: plain data, which passes between threads. */
export interface Groups {
  /** By the number of the group; an array of all there could be, or a map. */
  readonly known: Float64Array | Map<number, number>;
  /** Rows that are shown as they were written, by their texts as JSON. */
  readonly written: Map<string, number>;
}

/** One group of rows. */
export interface Group {
  /** What the output says in each column; '' where it says nothing. */
  readonly texts: readonly string[];
  readonly rows: number;
}

/** The values of one column as digits of the number of a group. */
interface ColumnDigits {
  /** How many digits there are. */
  readonly radix: number;
  /** What a row has; `radix` or more for an id the world does not have. */
  digit(columns: FullColumns, row: number, verdict: number): number;
  /** What the output says for a digit, also for one that is too large. */
  text(digit: number): string;
  /** The column of a request that this is. */
  readonly request: number;
}

/** Groups decided rows by what the output says of them in some columns. */
export class Grouping {
  readonly columns: readonly GroupColumn[];
  readonly #parts: readonly ColumnDigits[];
  /** How many groups there could be. */
  readonly #size: number;

  /** Throws a TooManyGroupsError for columns whose values together cannot be numbered. */
  constructor(world: WorldNames, columns: readonly GroupColumn[]) {
    const parts = columnsOf(world);
    this.columns = columns;
    this.#parts = columns.map((column) => parts[column]);
    this.#size = this.#parts.reduce((size, { radix }) => size * radix, 1);
    if (this.#size > Number.MAX_SAFE_INTEGER) {
      throw new TooManyGroupsError(`${columns.join(', ')} have more different values than can be numbered`);
    }
  }

  /** Groups without rows. */
  none(): Groups {
    const known = this.#size <= MAX_DENSE ? new Float64Array(this.#size) : new Map<number, number>();
    return { known, written: new Map() };
  }

  /** Counts the rows of a chunk. */
  count({ known, written }: Groups, chunk: RequestChunk, verdicts: Uint8Array): void {
    const { columns, bad } = chunk;
    const groups = new Float64Array(verdicts.length);
    for (const row of bad.keys()) groups[row] = Number.NaN;
    for (const part of this.#parts) {
      const { radix } = part;
      for (let row = 0; row < groups.length; row++) {
        const digit = part.digit(columns, row, verdicts[row] as number);
        groups[row] = digit < radix ? (groups[row] as number) * radix + digit : Number.NaN;
      }
    }
    groups.forEach((group, row) => {
      if (Number.isNaN(group)) {
        const texts = this.#textsOf(columns, row, verdicts[row] as number, bad.get(row));
        increase(written, JSON.stringify(texts), 1);
      } else if (known instanceof Map) increase(known, group, 1);
      else known[group] = (known[group] as number) + 1;
    });
  }

  /** The groups that have rows, largest first. */
  list({ known, written }: Groups): Group[] {
    // What was written may be what the output says of other rows, too.
    const byTexts = new Map(written);
    for (const [group, rows] of known.entries()) {
      if (rows > 0) increase(byTexts, JSON.stringify(this.#texts(group)), rows);
    }
    const groups = [...byTexts].map(([texts, rows]): Group => ({ texts: JSON.parse(texts), rows }));
    return groups.sort((a, b) => b.rows - a.rows || compareTexts(a.texts, b.texts));
  }

  #texts(group: number): string[] {
    const texts: string[] = [];
    let rest = group;
    for (const { radix, text } of [...this.#parts].reverse()) {
      texts.unshift(text(rest % radix));
      rest = Math.floor(rest / radix);
    }
    return texts;
  }

  #textsOf(columns: FullColumns, row: number, verdict: number, cells: readonly string[] | undefined): string[] {
    return this.#parts.map(({ digit, text, request }) =>
      cells && request >= 0 ? (cells[request] ?? '') : text(digit(columns, row, verdict)),
    );
  }
}

/** Adds groups counted elsewhere. Throws a TooManyGroupsError. */
export function addGroups(into: Groups, part: Groups): void {
  if (into.known instanceof Map) {
    for (const [group, rows] of part.known.entries()) increase(into.known, group, rows);
  } else {
    for (const [group, rows] of part.known.entries()) into.known[group] = (into.known[group] as number) + rows;
  }
  for (const [texts, rows] of part.written) increase(into.written, texts, rows);
  checkGroups(into);
}

/** Throws a TooManyGroupsError where there are more groups than should be kept. */
export function checkGroups({ known, written }: Groups): void {
  if (known instanceof Map && known.size > MAX_GROUPS)
    throw new TooManyGroupsError(`there are more than ${MAX_GROUPS.toLocaleString('en')} groups`);
  if (written.size > MAX_WRITTEN)
    throw new TooManyGroupsError(`rows with a problem are of more than ${MAX_WRITTEN.toLocaleString('en')} groups`);
}

function increase<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  for (const [i, text] of a.entries()) {
    const other = b[i] as string;
    if (text !== other) return text < other ? -1 : 1;
  }
  return 0;
}

function columnsOf(world: WorldNames): Record<GroupColumn, ColumnDigits> {
  const { vocabulary } = world.profile;
  const fields = commandFields(vocabulary);
  const numbers = (kind: EnumKind): string[] => readableNames(vocabulary, kind);
  const request = (name: GroupColumn): number => (REQUEST_COLUMNS as readonly string[]).indexOf(name);
  const [cmds, attachTypes] = [numbers('cmds'), numbers('attach_types')];

  const ids = (name: 'task' | 'token', specs: readonly { readonly name: string }[]): ColumnDigits => {
    const texts = [...readableIds(specs.map((spec) => spec.name))];
    if (name === 'token') texts.push('');
    const none = specs.length;
    return {
      radix: texts.length,
      // The number after that of the last token is free for having none: an id as large lies one further.
      digit: ({ [name]: column }, row) => {
        const id = column[row] as number;
        if (name === 'task' || id < none) return id;
        return id === NO_TOKEN ? none : id + 1;
      },
      text: (digit) => texts[digit] ?? `#${name === 'task' ? digit : digit - 1}`,
      request: request(name),
    };
  };
  const types = (name: 'map_type' | 'prog_type', reads: number, texts: readonly string[]): ColumnDigits => ({
    radix: TYPE_ROWS + 1,
    digit: ({ cmd, type }, row) =>
      fields.type[saturate(cmd[row] as number)] === reads ? saturate(type[row] as number) + 1 : 0,
    text: (digit) => (digit === 0 ? '' : (texts[digit - 1] as string)),
    request: request(name),
  });
  const words = (textOf: (byte: number) => string): ColumnDigits => {
    const all = BYTES.map((byte) => (Outcome[decodeVerdict(byte).outcome] === undefined ? '' : textOf(byte)));
    const texts = [...new Set(all)];
    const digits = Uint8Array.from(all, (text) => texts.indexOf(text));
    return {
      radix: texts.length,
      digit: (_columns, _row, verdict) => digits[verdict] as number,
      text: (digit) => texts[digit] as string,
      request: -1,
    };
  };
  return {
    task: ids('task', world.tasks),
    token: ids('token', world.tokens),
    cmd: {
      radix: TYPE_ROWS,
      digit: ({ cmd }, row) => saturate(cmd[row] as number),
      text: (digit) => cmds[digit] as string,
      request: request('cmd'),
    },
    map_type: types('map_type', READS_MAP_TYPE, numbers('map_types')),
    prog_type: types('prog_type', READS_PROG_TYPE, numbers('prog_types')),
    expected_attach_type: {
      radix: TYPE_ROWS,
      digit: ({ cmd, attachType }, row) =>
        fields.attachType[saturate(cmd[row] as number)] === 1 ? saturate(attachType[row] as number) : 0,
      text: (digit) => (digit === 0 ? '' : (attachTypes[digit] as string)),
      request: request('expected_attach_type'),
    },
    pre: {
      radix: PRE_NAMES.length,
      digit: ({ pre }, row) => pre[row] as number,
      text: (digit) => (digit === 0 ? '' : (PRE_NAMES[digit] ?? String(digit))),
      request: request('pre'),
    },
    verdict: words(verdictWord),
    errno: words((byte) => decodeVerdict(byte).errno ?? ''),
    reason: words((byte) => outcomeName(decodeVerdict(byte).outcome)),
    token_disposition: words((byte) => dispositionName(byte >> DISPOSITION_SHIFT)),
  };
}
