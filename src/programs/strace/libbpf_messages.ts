import type { LoggedConsequence } from './libbpf_probes.js';

/** What a message of libbpf means. */
export interface MessageMeaning {
  readonly meaning: string;
  readonly consequence: Exclude<LoggedConsequence, 'none'>;
}

interface KnownMessage extends MessageMeaning {
  /** Found in the message; each is linear in its length. */
  readonly pattern: RegExp;
}

/** Messages of libbpf 1.4 to 1.7 about tokens, permissions and probes (src/libbpf.c, src/features.c). */
const MESSAGES: readonly KnownMessage[] = [
  {
    pattern: /failed \(-95\) to create BPF token|failed \(-EOPNOTSUPP\) to create BPF token/,
    meaning: 'no token is made in the initial user namespace (EOPNOTSUPP)',
    consequence: 'unknown',
  },
  {
    pattern:
      /failed \(-2\) to create BPF token|failed \(-ENOENT\) to create BPF token|doesn't have BPF token delegation set up/,
    meaning: 'the bpffs delegates nothing (ENOENT)',
    consequence: 'unknown',
  },
  {
    pattern: /failed \(-1\) to create BPF token|failed \(-EPERM\) to create BPF token/,
    meaning: 'the bpffs belongs to another user namespace than the process, or CAP_BPF is missing there (EPERM)',
    consequence: 'unknown',
  },
  {
    pattern: /failed \(-22\) to create BPF token|failed \(-EINVAL\) to create BPF token/,
    meaning: 'the path is not the root of a bpffs, or the kernel is older than 6.9 and has no tokens (EINVAL)',
    consequence: 'unknown',
  },
  {
    pattern: /failed \([^)]{1,12}\) to create BPF token/,
    meaning: 'making a token failed',
    consequence: 'unknown',
  },
  {
    pattern: /to open BPF FS mount at/,
    meaning: 'the path of the bpffs cannot be opened',
    consequence: 'unknown',
  },
  {
    pattern: /Failed to bump RLIMIT_MEMLOCK/,
    meaning:
      'the probe of memory accounting is made without the token and was refused, so that libbpf raised RLIMIT_MEMLOCK, and may not',
    consequence: 'harmless',
  },
  {
    pattern: /Couldn't load trivial BPF program/,
    meaning:
      'neither a socket_filter nor a tracepoint program of two instructions loads: a delegation has to have prog_load, socket_filter (or tracepoint with CAP_PERFMON) and cgroup_inet_ingress, whatever the object is',
    consequence: 'fatal',
  },
  {
    pattern: /Kernel doesn't support BTF/,
    meaning:
      'every probe of BTF was refused: btf_load is not delegated, or the token was not passed; the kernel may well have BTF',
    consequence: 'degrades',
  },
  {
    pattern: /BTF is mandatory, can't proceed/,
    meaning:
      'the object needs its BTF in the kernel (local storage, spin locks, timers, callbacks, struct_ops) and btf_load was refused',
    consequence: 'fatal',
  },
  {
    pattern: /BTF is optional, ignoring/,
    meaning: 'btf_load was refused, and the object does without',
    consequence: 'degrades',
  },
  {
    pattern: /Couldn't create simple array map/,
    meaning: 'the probe of global data was refused: array is not delegated',
    consequence: 'degrades',
  },
  {
    pattern: /kernel doesn't support global data/,
    meaning: 'the probe of global data was refused: it wants array and socket_filter with cgroup_inet_ingress',
    consequence: 'fatal',
  },
  { pattern: /Retrying without BTF/, meaning: 'a map is made again without its BTF', consequence: 'harmless' },
  { pattern: /^map '[^']{0,64}': failed to create/, meaning: 'a map of the object was refused', consequence: 'fatal' },
  {
    pattern: /^prog '[^']{0,64}': BPF program load failed: (?:Operation not permitted|-EPERM)/,
    meaning: 'a program of the object was refused',
    consequence: 'fatal',
  },
  {
    pattern: /^prog '[^']{0,64}': BPF program load failed/,
    meaning: 'a program of the object was refused; where the error is not EPERM, most likely by the verifier',
    consequence: 'fatal',
  },
  {
    pattern: /^prog '[^']{0,64}': failed to load/,
    meaning: 'a program of the object does not load',
    consequence: 'fatal',
  },
  { pattern: /^failed to load object/, meaning: 'the object does not load', consequence: 'fatal' },
  {
    pattern: /permission error while running as root; try raising 'ulimit -l'/,
    meaning:
      'libbpf guesses at RLIMIT_MEMLOCK after an EPERM of a process whose uid is 0 in its user namespace; from 5.11 on memory is no reason',
    consequence: 'harmless',
  },
  {
    pattern: /failed to (?:iterate BTF objects|get BTF object)/,
    meaning:
      'BTF of modules asks CAP_SYS_ADMIN in the initial user namespace before 6.15; from then on a token with btf_get_fd_by_id gives single objects',
    consequence: 'degrades',
  },
  {
    pattern: /perf event: |perf_event_open\(\) failed|failed to create BPF link for perf_event/,
    meaning: 'perf_event_open() asks CAP_PERFMON in the initial user namespace: no token covers it',
    consequence: 'fatal',
  },
  {
    pattern: /failed to pin /,
    meaning: 'pinning is decided by the permissions of the bpffs: no token covers it',
    consequence: 'fatal',
  },
];

/** What a message of libbpf (without `libbpf: `) means; undefined for one that says nothing about tokens and permissions. */
export function meaningOf(message: string): MessageMeaning | undefined {
  const found = MESSAGES.find(({ pattern }) => pattern.test(message.slice(0, 1000)));
  if (!found) return undefined;
  const { meaning, consequence } = found;
  // What libbpf calls optional does not end the load.
  if (/skipping optional step/.test(message)) {
    return {
      meaning: `${meaning}; libbpf tried it of itself and goes on: what fails later fails for another reason`,
      consequence: 'harmless',
    };
  }
  if (consequence !== 'unknown') return { meaning, consequence };
  const isOptional = /doesn't have BPF token delegation set up/.test(message);
  return { meaning, consequence: isOptional ? 'harmless' : 'fatal' };
}
