import { type FullColumns, saturate } from '../../engine/columns.js';
import { NO_TOKEN, type WorldNames } from '../../kernel/world.js';
import { type CommandFields, commandFields, READS_MAP_TYPE, READS_PROG_TYPE } from '../../request/command_fields.js';
import { PRE_NAMES } from '../../request/fault_names.js';
import { readableIds, readableNames, WRITTEN_COLUMNS } from '../text/request_text.js';
import type { OutputCells, OutputColumn } from './output_column.js';

/** The columns requests are written with, in the order of WRITTEN_COLUMNS. */
export const REQUEST_CELLS = WRITTEN_COLUMNS.map((name) => ({
  name,
  holds: name === 'insn_cnt' ? 'uint32' : 'names',
})) satisfies readonly OutputColumn[];

/** The names of each of these columns; none for insn_cnt. */
export function requestNames(world: WorldNames): (readonly string[] | undefined)[] {
  const { vocabulary } = world.profile;
  return [
    readableIds(world.tasks.map(({ name }) => name)),
    readableIds(world.tokens.map(({ name }) => name)),
    readableNames(vocabulary, 'cmds'),
    readableNames(vocabulary, 'map_types'),
    readableNames(vocabulary, 'prog_types'),
    readableNames(vocabulary, 'attach_types'),
    undefined,
    PRE_NAMES,
  ];
}

/** Cells that are filled one row after the other. */
export class CellBuffer implements OutputCells {
  readonly data: Int32Array | Uint32Array;
  readonly valid: Uint8Array;
  empty = 0;

  constructor(holds: 'names' | 'uint32', rows: number) {
    this.data = holds === 'names' ? new Int32Array(rows) : new Uint32Array(rows);
    this.valid = new Uint8Array(Math.ceil(rows / 8)).fill(255);
  }

  /** Puts a value into a row, or leaves it empty. */
  put(row: number, value: number, isGiven: boolean): void {
    const byte = this.valid[row >> 3] as number;
    const bit = 1 << (row & 7);
    if (isGiven) {
      this.data[row] = value;
      if ((byte & bit) !== 0) return;
      this.valid[row >> 3] = byte | bit;
      this.empty -= 1;
    } else if ((byte & bit) !== 0) {
      this.valid[row >> 3] = byte & ~bit;
      this.empty += 1;
    }
  }
}

/**
 * Turns requests into cells: numbers of names. What a command does not read stays empty, and so do an attach type of 0 and a
 * `pre` of none.
 */
export class RequestCells {
  readonly #fields: CommandFields;

  constructor(world: WorldNames) {
    this.#fields = commandFields(world.profile.vocabulary);
  }

  /** The cells of each of REQUEST_CELLS. */
  of(columns: FullColumns): CellBuffer[] {
    const rows = columns.task.length;
    const cells = REQUEST_CELLS.map(({ holds }) => new CellBuffer(holds, rows));
    const [task, token, cmd, mapType, progType, attachType, insnCnt, pre] = cells as [
      CellBuffer,
      CellBuffer,
      CellBuffer,
      CellBuffer,
      CellBuffer,
      CellBuffer,
      CellBuffer,
      CellBuffer,
    ];
    const { type: typeOf, attachType: hasAttachType, insnCnt: hasInsnCnt } = this.#fields;
    task.data.set(columns.task as never);
    for (let row = 0; row < rows; row++) {
      const command = saturate(columns.cmd[row] as number);
      cmd.data[row] = command;
      token.put(row, columns.token[row] as number, columns.token[row] !== NO_TOKEN);
      const type = saturate(columns.type[row] as number);
      mapType.put(row, type, typeOf[command] === READS_MAP_TYPE);
      progType.put(row, type, typeOf[command] === READS_PROG_TYPE);
      const attach = saturate(columns.attachType[row] as number);
      attachType.put(row, attach, hasAttachType[command] === 1 && attach !== 0);
      insnCnt.put(row, columns.insnCnt[row] as number, hasInsnCnt[command] === 1);
      pre.put(row, columns.pre[row] as number, columns.pre[row] !== 0);
    }
    return cells;
  }
}
