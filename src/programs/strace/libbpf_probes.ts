import type { Consequence } from '../loaders/load_session.js';

import type { LoggedBpf } from './logged_bpf.js';

/**
 * What a refused call means to the program that made it. `harmless`: it goes on as if nothing were. `degrades`: it goes on, and something is
 * missing. `fatal`: what it loads does not load. `unknown`: the log does not tell. `none`: the call was not refused.
 */
export type LoggedConsequence = Consequence | 'none' | 'unknown';

/** A kind of call that libbpf makes (libbpf 1.4 to 1.7: src/features.c, src/libbpf.c, src/bpf.c). */
export interface LibbpfProbe {
  readonly what: string;
  readonly refused: Exclude<LoggedConsequence, 'none'>;
  readonly why: string;
  readonly fits: (call: LoggedBpf, name: string, type: string) => boolean;
}

/** A program that libbpf makes itself: it has no kernel version and, mostly, no name. */
export const isOfLibbpf = ({ kernel, name }: LoggedBpf) =>
  kernel === undefined && (name === '' || PROBE_NAMES.has(name));
const PROBE_NAMES = new Set([
  'libbpf_nametest',
  'det_arg_ctx',
  'global_reloc',
  'libbpf_global',
  'libbpf_mmap',
  'libbpf_det_bind',
  'arr',
]);

/** What libbpf asks before it loads an object. */
export const LIBBPF_PROBES: readonly LibbpfProbe[] = [
  {
    what: 'libbpf asks whether names of programs are taken',
    refused: 'degrades',
    why: 'programs and maps are loaded without their names',
    fits: ({ name }) => name === 'libbpf_nametest',
  },
  {
    what: 'libbpf asks whether the context can be an argument of a function (arg:ctx)',
    refused: 'degrades',
    why: 'libbpf rewrites types of programs itself in its place',
    fits: (call, cmd, type) =>
      cmd === 'prog_load' &&
      isOfLibbpf(call) &&
      type === 'kprobe' &&
      call.insnCnt === 4 &&
      call.numbers.func_info_cnt === 2,
  },
  {
    what: 'libbpf asks whether expected_attach_type is taken',
    refused: 'degrades',
    why: 'libbpf 1.5 and later send attach type 0 for sections whose attach type is optional; 1.4 sends the one of the section',
    fits: (call, cmd, type) => cmd === 'prog_load' && isOfLibbpf(call) && type === 'cgroup_sock' && call.insnCnt === 2,
  },
  {
    what: 'libbpf asks whether global data can be read',
    refused: 'degrades',
    why: 'objects with .data, .rodata or .bss do not load; others do',
    fits: (call, cmd, type) =>
      isOfLibbpf(call) &&
      ((cmd === 'map_create' && type === 'array' && call.numbers.value_size === 32 && call.numbers.key_size === 4) ||
        (cmd === 'prog_load' && type === 'socket_filter' && call.insnCnt === 5)),
  },
  {
    what: 'libbpf asks whether an array can be mapped into memory',
    refused: 'degrades',
    why: 'global data is not mapped into the memory of the program',
    fits: (call, cmd, type) =>
      isOfLibbpf(call) &&
      cmd === 'map_create' &&
      type === 'array' &&
      ((call.flags ?? 0) & 0x400) !== 0 &&
      call.numbers.value_size === 4,
  },
  {
    what: 'libbpf asks for the helper probe_read_kernel',
    refused: 'degrades',
    why: 'libbpf calls probe_read in its place',
    fits: (call, cmd, type) => cmd === 'prog_load' && isOfLibbpf(call) && type === 'tracepoint' && call.insnCnt === 6,
  },
  {
    what: 'libbpf asks for multi-uprobe links',
    refused: 'degrades',
    why: 'libbpf attaches one uprobe at a time',
    fits: (call, cmd, type) =>
      cmd === 'prog_load' && isOfLibbpf(call) && type === 'kprobe' && call.insnCnt === 2 && call.attachType !== 0,
  },
];
