import { TYPE_ROWS } from '../../abi/memory_layout.js';
import { type FullColumns, saturate } from '../../engine/columns.js';
import type { EnumKind, Vocabulary } from '../../kernel/vocabulary.js';
import { NO_TOKEN, type WorldNames } from '../../kernel/world.js';
import {
  COLUMN_NUMBERS,
  type CommandFields,
  commandFields,
  READS_MAP_TYPE,
  READS_PROG_TYPE,
} from '../../request/command_fields.js';
import { PRE_NAMES } from '../../request/fault_names.js';
import { REQUEST_COLUMNS, type RequestFormat } from '../request_table.js';
import { kindSpellings, type NameCache, nameSpellings } from '../rows/name_cache.js';
import { type ByteBuffer, Fragments, MAX_DIGITS } from './byte_buffer.js';

const MAX_NAME = 1000;
/** Half a character: UTF-8 has no bytes for it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The columns a request is written with: all but the expectation. */
export const WRITTEN_COLUMNS = REQUEST_COLUMNS.filter((column) => column !== 'expect' && column !== 'program');

/** The fragments of requests: by task, token (the last for none), command * 64 + type, attach type and fault code. */
export interface RequestFragments {
  readonly tasks: Fragments;
  readonly tokens: Fragments;
  readonly commands: Fragments;
  readonly attachTypes: Fragments;
  /** Before a count of instructions, in place of one, and after one. */
  readonly insnCnts: Fragments;
  readonly pres: Fragments;
}

/**
 * Writes requests as the text of table rows. Ids become names; one whose name would not be read back as the same id
 * becomes `#3` (tasks, tokens) or its number. Columns that a command does not read stay empty, and so do an attach
 * type of 0 and a `pre` of none.
 */
export class RequestText {
  /** Most bytes one request takes. */
  readonly longest: number;
  readonly fields: CommandFields;
  /** What rows are made of, in UTF-8: for code that writes many at a time. */
  readonly fragments: RequestFragments;
  /** An id that the world does not have goes between these. */
  readonly #unknownTask: Fragments;
  readonly #unknownToken: Fragments;

  constructor(world: WorldNames, format: RequestFormat) {
    const { vocabulary } = world.profile;
    const isCsv = format === 'csv';
    const quote = isCsv ? csvField : jsonString;
    const fields = commandFields(vocabulary);
    this.fields = fields;
    const names = (kind: EnumKind): string[] => readableNames(vocabulary, kind).map(quote);

    const member = (name: string, value: string): string => (isCsv ? `${value},` : `"${name}":${value},`);
    const ids = (name: string, names: readonly { readonly name: string }[]): string[] =>
      readableIds(names.map((named) => named.name)).map((id) => member(name, quote(id)));
    const tasks = new Fragments(ids('task', world.tasks));
    const tokens = new Fragments([...ids('token', world.tokens), isCsv ? ',' : '"token":null,']);
    this.#unknownTask = new Fragments(isCsv ? ['#', ','] : ['"task":"#', '",']);
    this.#unknownToken = new Fragments(isCsv ? ['#', ','] : ['"token":"#', '",']);

    const mapTypes = names('map_types');
    const progTypes = names('prog_types');
    const commandText = (cmd: string, reads: number, type: number): string => {
      const mapType = reads === READS_MAP_TYPE ? mapTypes[type] : '';
      const progType = reads === READS_PROG_TYPE ? progTypes[type] : '';
      if (isCsv) return `${cmd},${mapType},${progType},`;
      return `"cmd":${cmd}${mapType && `,"map_type":${mapType}`}${progType && `,"prog_type":${progType}`}`;
    };
    const commands = new Fragments(
      names('cmds').flatMap((cmd, number) =>
        COLUMN_NUMBERS.map((type) => commandText(cmd, fields.type[number] as number, type)),
      ),
    );
    const last = (name: string, value: string, isDefault: boolean): string => {
      if (isDefault) return '';
      return isCsv ? value : `,"${name}":${value}`;
    };
    const attachTypes = new Fragments(
      names('attach_types').map((name, number) => last('expected_attach_type', name, number === 0)),
    );
    const insnCnts = new Fragments(isCsv ? [',', ',,', ','] : [',"insn_cnt":', '', '']);
    const preText = (code: number): string =>
      last('pre', quote(PRE_NAMES[code] ?? ''), PRE_NAMES[code] === undefined || code === 0);
    const pres = new Fragments(Array.from({ length: 256 }, (_, code) => preText(code)));
    this.fragments = { tasks, tokens, commands, attachTypes, insnCnts, pres };
    this.longest = Object.values(this.fragments).reduce((bytes, { longest }) => bytes + longest, 64 + 3 * MAX_DIGITS);
  }

  /**
   * Appends a row's fields in the order of WRITTEN_COLUMNS, comma separated; or the members of its object, without
   * braces. There must be room for `longest` bytes.
   */
  write(columns: FullColumns, row: number, out: ByteBuffer): void {
    const task = columns.task[row] as number;
    const token = columns.token[row] as number;
    const cmd = saturate(columns.cmd[row] as number);
    const { tasks, tokens, commands, attachTypes, insnCnts, pres } = this.fragments;
    if (task < tasks.length) out.fragment(tasks, task);
    else writeId(out, this.#unknownTask, task);
    const none = tokens.length - 1;
    if (token < none || token === NO_TOKEN) out.fragment(tokens, Math.min(token, none));
    else writeId(out, this.#unknownToken, token);
    out.fragment(commands, cmd * TYPE_ROWS + saturate(columns.type[row] as number));
    if (this.fields.attachType[cmd] === 1) {
      out.fragment(attachTypes, saturate(columns.attachType[row] as number));
    }
    if (this.fields.insnCnt[cmd] === 1) {
      out.fragment(insnCnts, 0);
      out.decimal(columns.insnCnt[row] as number);
      out.fragment(insnCnts, 2);
    } else {
      out.fragment(insnCnts, 1);
    }
    out.fragment(pres, columns.pre[row] as number);
  }
}

/** A text as a CSV field, quoted where it must be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A text as a JSON string. */
export function jsonString(text: string): string {
  return JSON.stringify(text);
}

function writeId(out: ByteBuffer, around: Fragments, id: number): void {
  out.fragment(around, 0);
  out.decimal(id);
  out.fragment(around, 1);
}

/** Names that a reader takes for the same ids; `#3` instead of those it would not. */
export function readableIds(names: readonly string[]): string[] {
  const spellings: NameCache = nameSpellings(names);
  return names.map((name, id) => {
    const isReadBack = name.length <= MAX_NAME && !LONE_SURROGATE.test(name) && spellings.idOf(name) === id;
    return isReadBack ? name : `#${id}`;
  });
}

/** Names of an enumeration that a reader takes for the same numbers, from 0 to 63; the number instead of those it would not. */
export function readableNames(vocabulary: Vocabulary, kind: EnumKind): string[] {
  const spellings = kindSpellings(vocabulary, kind);
  return COLUMN_NUMBERS.map((number) => {
    const name = vocabulary.nameOf(kind, number);
    return spellings.idOf(name) === number ? name : String(number);
  });
}
