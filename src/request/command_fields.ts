import { LAST_TYPE, TYPE_ROWS } from '../abi/memory_layout.js';
import type { Vocabulary } from '../kernel/vocabulary.js';

/** Which of the type columns a command reads. */
export const READS_NO_TYPE = 0;
export const READS_MAP_TYPE = 1;
export const READS_PROG_TYPE = 2;

/** Which columns besides task, token and pre a command reads; by command number as the columns hold it, 0 to 63. */
export interface CommandFields {
  /** READS_NO_TYPE, READS_MAP_TYPE or READS_PROG_TYPE. */
  readonly type: Uint8Array;
  /** 1: a row without that type cannot be decided. */
  readonly typeRequired: Uint8Array;
  /** 1: reads expected_attach_type. */
  readonly attachType: Uint8Array;
  /** 1: reads insn_cnt. */
  readonly insnCnt: Uint8Array;
}

/** The columns each command of a release reads; a command the release does not have reads none. */
export function commandFields(vocabulary: Vocabulary): CommandFields {
  const fields = {
    type: new Uint8Array(TYPE_ROWS),
    typeRequired: new Uint8Array(TYPE_ROWS),
    attachType: new Uint8Array(TYPE_ROWS),
    insnCnt: new Uint8Array(TYPE_ROWS),
  };
  const mapCreate = vocabulary.require('cmds', 'map_create');
  const progLoad = vocabulary.require('cmds', 'prog_load');
  fields.type[mapCreate] = READS_MAP_TYPE;
  fields.typeRequired[mapCreate] = 1;
  fields.typeRequired[progLoad] = 1;
  fields.insnCnt[progLoad] = 1;
  for (const cmd of [progLoad, vocabulary.require('cmds', 'prog_attach'), vocabulary.require('cmds', 'link_create')]) {
    fields.type[cmd] = READS_PROG_TYPE;
    fields.attachType[cmd] = 1;
  }
  return fields;
}

/** Numbers of an enumeration that a column can hold. */
export const COLUMN_NUMBERS: readonly number[] = Array.from({ length: LAST_TYPE + 1 }, (_, number) => number);
