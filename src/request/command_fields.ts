import { LAST_TYPE, TYPE_ROWS } from '../abi/memory_layout.js';
import { Fault } from '../abi/verdict.js';
import type { EnumKind, Vocabulary } from '../kernel/vocabulary.js';

// Which fields of a request each command reads: the only place that says so. What the kernel does with them is in src/kernel.

/** Fields that some commands read and others do not, and the commands that read them. */
const READERS = {
  map_type: ['map_create'],
  prog_type: ['prog_load', 'prog_attach', 'link_create'],
  expected_attach_type: ['prog_load', 'prog_attach', 'link_create'],
  insn_cnt: ['prog_load'],
  program: ['prog_load'],
  helpers: ['prog_load'],
  liberties: ['prog_load'],
  bpffs: ['token_create'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A field of a request that not every command reads. */
export type RequestField = keyof typeof READERS;
export const REQUEST_FIELDS = Object.keys(READERS) as readonly RequestField[];

/** The field of a request that names the type by which a command is decided. */
export type TypeField = 'map_type' | 'prog_type';

/** The names that each type field takes. */
export const TYPE_KIND = { map_type: 'map_types', prog_type: 'prog_types' } as const satisfies Record<
  TypeField,
  EnumKind
>;

/** Fields without which a command cannot be decided. Attaching can: a program of another type than cgroup_skb. */
const NEEDED: Readonly<Partial<Record<string, RequestField>>> = {
  map_create: 'map_type',
  prog_load: 'prog_type',
  token_create: 'bpffs',
};

/** Commands that read a field. */
export function readersOf(field: RequestField): readonly string[] {
  return READERS[field];
}

/** Whether a command reads a field. */
export function readsField(command: string, field: RequestField): boolean {
  return readersOf(field).includes(command);
}

/** Which type a command's request names; undefined for a command that is decided without a type. */
export function typeFieldOf(command: string): TypeField | undefined {
  return (['map_type', 'prog_type'] as const).find((field) => readsField(command, field));
}

/** The field that a command's request has to have, besides task and command. */
export function neededFieldOf(command: string): RequestField | undefined {
  return Object.hasOwn(NEEDED, command) ? NEEDED[command] : undefined;
}

/**
 * Whether a fault makes a difference to a command. The token of prog_attach and link_create is the program's: the call
 * passes none. BPF_TOKEN_CREATE takes none either, and its permission is its last check.
 */
export function isFaultRead(command: string, pre: Fault): boolean {
  const isOfToken = pre === Fault.TOKEN_EBADF || pre === Fault.TOKEN_EINVAL;
  const isLate = pre === Fault.LATE_EINVAL || pre === Fault.LATE_ENOENT;
  if (command === 'token_create') return !isOfToken && !isLate;
  return !isOfToken || (command !== 'prog_attach' && command !== 'link_create');
}

/** Which of the type columns a command reads, as CommandFields has it. */
export const READS_NO_TYPE = 0;
export const READS_MAP_TYPE = 1;
export const READS_PROG_TYPE = 2;
const TYPE_CODE = { map_type: READS_MAP_TYPE, prog_type: READS_PROG_TYPE } as const satisfies Record<TypeField, number>;

/** The same for columns of requests; by command number as the columns hold it, 0 to 63. */
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

/** The columns that each command of a release reads; a command that the release does not have reads none. */
export function commandFields(vocabulary: Vocabulary): CommandFields {
  const fields = {
    type: new Uint8Array(TYPE_ROWS),
    typeRequired: new Uint8Array(TYPE_ROWS),
    attachType: new Uint8Array(TYPE_ROWS),
    insnCnt: new Uint8Array(TYPE_ROWS),
  };
  for (let cmd = 0; cmd < vocabulary.count.cmds; cmd++) {
    const command = vocabulary.nameOf('cmds', cmd);
    const type = typeFieldOf(command);
    fields.type[cmd] = type === undefined ? READS_NO_TYPE : TYPE_CODE[type];
    fields.typeRequired[cmd] = type !== undefined && neededFieldOf(command) === type ? 1 : 0;
    fields.attachType[cmd] = readsField(command, 'expected_attach_type') ? 1 : 0;
    fields.insnCnt[cmd] = readsField(command, 'insn_cnt') ? 1 : 0;
  }
  return fields;
}

/** Numbers of an enumeration that a column can hold. */
export const COLUMN_NUMBERS: readonly number[] = Array.from({ length: LAST_TYPE + 1 }, (_, number) => number);
