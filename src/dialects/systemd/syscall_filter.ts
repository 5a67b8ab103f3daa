import { isFilterAction } from './filter_actions.js';
import { extractWords, unquotedWords } from './values.js';

/** SystemCallFilter= after some assignments, as far as it concerns bpf(); RestrictFileSystems=, as far as it concerns bpffs. */
export interface SyscallFilter {
  /** Whether it lists what is allowed; otherwise what is not. */
  readonly allows: boolean;
  /** Whether bpf is in the list. */
  readonly listsBpf: boolean;
  /** Whether a list of what is allowed has bpf with an errno, or to end the process, so that it is refused. */
  readonly hasAction: boolean;
}

/** Groups with bpf (systemd 262, src/shared/seccomp-util.c). */
const WITH_BPF = ['bpf', '@privileged', '@known'];
/** Groups with the file system bpf (systemd 262, src/basic/filesystem-sets.py). */
const WITH_BPFFS = ['bpf', '@privileged-api', '@known'];

/**
 * The first assignment decides whether the list is of what is allowed; later ones add to it or take away. An empty one resets.
 * Source: systemd 262, src/core/load-fragment.c: config_parse_syscall_filter(); src/shared/seccomp-util.c:
 * seccomp_parse_syscall_filter().
 */
export function assignFilter(before: SyscallFilter | undefined, text: string): SyscallFilter | undefined {
  if (text === '') return undefined;
  const isInverted = text.startsWith('~');
  let { allows, listsBpf, hasAction } = before ?? { allows: !isInverted, listsBpf: false, hasAction: false };
  for (const word of extractWords(text.replace(/^~/, ''), { quotes: false, mayBeOpen: false })) {
    const colon = word.indexOf(':');
    const action = colon === -1 ? undefined : word.slice(colon + 1);
    const name = colon === -1 ? word : word.slice(0, colon);
    const isTaken = action === undefined || (isInverted && isFilterAction(action));
    if (!WITH_BPF.includes(name) || !isTaken) continue;
    hasAction = isInverted && allows && action !== undefined;
    listsBpf = isInverted !== allows || hasAction;
  }
  return { allows, listsBpf, hasAction };
}

/** RestrictFileSystems= after an assignment. Source: systemd 262, src/core/load-fragment.c: config_parse_restrict_filesystems(). */
export function assignFileSystems(before: SyscallFilter | undefined, text: string): SyscallFilter | undefined {
  if (text === '') return undefined;
  const isInverted = text.startsWith('~');
  const { allows, listsBpf } = before ?? { allows: !isInverted, listsBpf: false };
  const isNamed = unquotedWords(text.replace(/^~/, '')).some((word) => WITH_BPFFS.includes(word));
  return { allows, listsBpf: isNamed ? isInverted !== allows : listsBpf, hasAction: false };
}

/** Whether bpf() is refused before the kernel looks at a token. */
export function refusesBpf(filter: SyscallFilter | undefined): boolean {
  if (!filter) return false;
  return filter.allows ? !filter.listsBpf || filter.hasAction : filter.listsBpf;
}
