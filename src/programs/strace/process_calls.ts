import { afterCredentialCall } from './capability_calls.js';
import { CLONE_NEWNS, CLONE_NEWUSER, cloneFlags } from './clone_flags.js';
import { afterExec } from './credentials.js';
import type { LoggedCall } from './log_events.js';
import type { LogProcess } from './log_process.js';
import type { LogState } from './log_state.js';
import type { LoggedValue } from './logged_value.js';

/** What a call that succeeded does to processes, their namespaces and their credentials. */
export function applyProcessCall(state: LogState, process: LogProcess, call: LoggedCall): void {
  const { name, result } = call;
  if (result.value === null) return;
  switch (name) {
    case 'clone':
    case 'clone3':
    case 'fork':
    case 'vfork':
      forked(state, process, call, result.value);
      return;
    case 'unshare':
      process.unshare(cloneFlags(call), call.at.line);
      return;
    case 'setns':
      entered(state, process, call);
      return;
    case 'execve':
      process.cred = afterExec(process.cred);
      return;
    case 'seccomp':
      process.filterLine = call.at.line;
      return;
    case 'prctl':
      if (wordOf(call.args[0]?.value) === 'PR_SET_SECCOMP') process.filterLine = call.at.line;
  }
  process.cred = afterCredentialCall(process.cred, call);
}

function forked(state: LogState, process: LogProcess, call: LoggedCall, pid: number): void {
  if (pid !== 0) state.forked(process, pid, { parent: process.pid, flags: cloneFlags(call), line: call.at.line });
}

/** A descriptor of a namespace says which with -y: `/proc/4242/ns/user`, `user:[4026532448]`. */
function entered(state: LogState, process: LogProcess, call: LoggedCall): void {
  const target = call.args[0]?.value;
  const path = target?.kind === 'word' ? (target.path ?? target.word) : '';
  const flags = cloneFlags(call);
  const isUser = (flags & CLONE_NEWUSER) !== 0 || /\buser\b/.test(path);
  const isMount = (flags & CLONE_NEWNS) !== 0 || /\bmnt\b/.test(path);
  if (isUser) process.enterUserns(state.entered(`entered-${path}`));
  // The mount namespace of a container belongs to its user namespace.
  if (isMount) process.mountNs = process.cred.userns;
}

function wordOf(value: LoggedValue | undefined): string {
  return value?.kind === 'word' ? value.word : '';
}
