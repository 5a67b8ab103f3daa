import type { Profile } from '../../kernel/profile.js';
import type { BpfAnswer } from './bpf_answer.js';

/** What may have answered in the place of bpf()'s own permission checks, and where to look. */
export interface InFront {
  readonly what: string;
  readonly evidence: string;
}

const SECCOMP = 'grep Seccomp /proc/PID/status (2: a filter); ausearch -m SECCOMP, or "type=1326" in the kernel log';
const LSM = 'ausearch -m AVC,USER_AVC, or "type=1400" in the kernel log; cat /sys/kernel/security/lsm';

/** What may have answered, for a call whose result is not the simulator's. Most likely first. */
export function answeredInFront(profile: Profile, { result, call, filterLine }: BpfAnswer): readonly InFront[] {
  const name = profile.vocabulary.nameOf('cmds', call.cmd);
  const filter: InFront =
    filterLine === undefined
      ? {
          what: 'a seccomp filter that answers in the place of the kernel, as the default profiles of container managers do',
          evidence: SECCOMP,
        }
      : { what: `the seccomp filter that line ${filterLine} installs`, evidence: SECCOMP };
  switch (result.errno) {
    case 'ENOSYS':
      return [filter, { what: 'a kernel without bpf()', evidence: 'zgrep BPF_SYSCALL /proc/config.gz' }];
    case 'EPERM':
      return [
        filter,
        { what: 'a security module (SELinux class bpf, AppArmor, a BPF LSM), or lockdown', evidence: LSM },
        ...(name === 'prog_load' ? [verifier(), trampoline()] : []),
        ...(call.isUndecoded ? [] : [sysctl()]),
      ];
    case 'EACCES':
      if (name === 'token_create') {
        return [
          { what: 'the permission bits of the root of the bpffs (mode=, uid=, gid=)', evidence: 'stat PATH; id' },
          {
            what: 'SELinux from 7.0 on with the policy capability bpf_token_perms: it asks map_create_as and prog_load_as for what is delegated, so that delegating less may pass',
            evidence: LSM,
          },
        ];
      }
      return [{ what: 'a security module (SELinux class bpf, a BPF LSM)', evidence: LSM }, filter];
    case null:
      return [
        {
          what: 'more than is assumed here: a capability in the initial user namespace, unprivileged_bpf_disabled=0',
          evidence: 'grep Cap /proc/PID/status; readlink /proc/PID/ns/user; sysctl kernel.unprivileged_bpf_disabled',
        },
      ];
    default:
      return [filter];
  }
}

function verifier(): InFront {
  return {
    what: 'the verifier: a liberty that the program takes and its capabilities do not give (calls between functions, kfuncs)',
    evidence: 'the log of the verifier (log_level=1)',
  };
}

function trampoline(): InFront {
  return {
    what: 'a kernel that loads no tracing programs for any caller (lockdown)',
    evidence: 'cat /sys/kernel/security/lockdown',
  };
}

function sysctl(): InFront {
  return { what: 'unprivileged_bpf_disabled, where it is not 2', evidence: 'sysctl kernel.unprivileged_bpf_disabled' };
}

/** What an error of a call that opens, configures or mounts a bpffs says besides the answer of the simulator. */
export function mountHint(what: string, errno: string | null): string | undefined {
  if (errno === 'EPERM' && what.startsWith('fsopen')) {
    return 'fsopen() asks CAP_SYS_ADMIN over the mount namespace: after unshare(CLONE_NEWUSER) it is still that of the parent, until CLONE_NEWNS is unshared too';
  }
  if (errno === 'EPERM' && what.startsWith('fsconfig delegate_')) {
    return 'delegating asks CAP_SYS_ADMIN in the initial user namespace: pass the descriptor of the context to a process outside, which sets the options';
  }
  if (errno === 'EPERM' && what === 'fsconfig CMD_CREATE') {
    return 'an instance of a user namespace is created by a process with CAP_SYS_ADMIN in the initial one';
  }
  return undefined;
}

/** What an errno means that is no answer of the permission checks. */
export function errnoHint(errno: string | null): string | undefined {
  return errno === null ? undefined : HINTS[errno];
}

const HINTS: Readonly<Record<string, string>> = {
  ENOTSUPP:
    'errno 524 is the kernel’s own ENOTSUPP: the verifier, a map type or an attach type does not support it here; it is no permission',
  EFAULT: 'an address in the attributes is not one that the kernel can read',
  ENOMEM: 'memory, or its limit (RLIMIT_MEMLOCK, memory.max), ran out',
  ENOSPC: 'the buffer for the log of the verifier is too small, or a limit of the kernel is reached',
  EEXIST: 'there is one already',
};
