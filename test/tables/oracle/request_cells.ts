import { type FullColumns, saturate } from '../../../src/engine/columns.js';
import { NO_TOKEN, type WorldNames } from '../../../src/kernel/world.js';
import {
  type CommandFields,
  commandFields,
  READS_MAP_TYPE,
  READS_PROG_TYPE,
} from '../../../src/request/command_fields.js';
import { WRITTEN_COLUMNS } from '../../../src/tables/text/request_text.js';

// The cells of output columns, row by row: what the encode buffer has to make of the same rows.

/** Cells that are filled one row after the other: numbers of names or what the column holds, and a bit each, 0 for an empty one. */
export class CellBuffer {
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
export class RequestCellsByRow {
  readonly #fields: CommandFields;

  constructor(world: WorldNames) {
    this.#fields = commandFields(world.profile.vocabulary);
  }

  /** The cells of each of WRITTEN_COLUMNS. */
  of(columns: FullColumns): CellBuffer[] {
    const rows = columns.task.length;
    const cells = WRITTEN_COLUMNS.map((name) => new CellBuffer(name === 'insn_cnt' ? 'uint32' : 'names', rows));
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
