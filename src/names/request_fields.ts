import { Fault } from '../abi/verdict.js';

/** Fields of a request that some commands read and others do not, and which commands read them. */
const READERS = {
  map_type: ['map_create'],
  prog_type: ['prog_load', 'prog_attach', 'link_create'],
  expected_attach_type: ['prog_load', 'prog_attach', 'link_create'],
  insn_cnt: ['prog_load'],
  bpffs: ['token_create'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A field of a request that not every command reads. */
export type RequestField = keyof typeof READERS;
export const REQUEST_FIELDS = Object.keys(READERS) as readonly RequestField[];

/** The field of a request that names the type a command goes by. */
export type TypeField = 'map_type' | 'prog_type';

/** Fields that a command cannot be asked without. Attaching can: a program of another type than cgroup_skb. */
const NEEDED: Readonly<Partial<Record<string, RequestField>>> = {
  map_create: 'map_type',
  prog_load: 'prog_type',
  token_create: 'bpffs',
};

/** Commands that read a field. */
export function readersOf(field: RequestField): readonly string[] {
  return READERS[field];
}

/** Which type a command's request names; undefined for a command that goes by no type. */
export function typeFieldOf(command: string): TypeField | undefined {
  return (['map_type', 'prog_type'] as const).find((field) => readersOf(field).includes(command));
}

/** The field that a command's request has to have, besides task and command. */
export function neededFieldOf(command: string): RequestField | undefined {
  return Object.hasOwn(NEEDED, command) ? NEEDED[command] : undefined;
}

/**
 * Whether a fault makes a difference to a command. The token of prog_attach and link_create is the program's: the call
 * hands over none. BPF_TOKEN_CREATE takes none either, and its permission is its last check.
 */
export function isFaultRead(command: string, pre: Fault): boolean {
  const isOfToken = pre === Fault.TOKEN_EBADF || pre === Fault.TOKEN_EINVAL;
  const isLate = pre === Fault.LATE_EINVAL || pre === Fault.LATE_ENOENT;
  if (command === 'token_create') return !isOfToken && !isLate;
  return !isOfToken || (command !== 'prog_attach' && command !== 'link_create');
}
