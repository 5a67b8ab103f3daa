import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../../abi/capabilities.js';
import * as L from '../../abi/memory_layout.js';

const CAP_BITS: readonly (readonly [cap: number, bit: number])[] = [
  [CAP_BPF, L.CAPS_BPF],
  [CAP_NET_ADMIN, L.CAPS_NET_ADMIN],
  [CAP_PERFMON, L.CAPS_PERFMON],
  [CAP_SYS_ADMIN, L.CAPS_SYS_ADMIN],
];

/** The four capabilities bpf() asks for, of a set by number, as CAPS_* bits. */
export function capBits(caps: bigint): number {
  return CAP_BITS.reduce((bits, [cap, bit]) => ((caps >> BigInt(cap)) & 1n ? bits | bit : bits), 0);
}

/** The commands that read a token, in the order of their bits in TOKEN_CMDS. */
export const TOKEN_COMMANDS = ['map_create', 'prog_load', 'btf_load', 'btf_get_fd_by_id'] as const;
export type TokenCommand = (typeof TOKEN_COMMANDS)[number];
