import type { Cred } from '../kernel/capability.js';
import { NO_DENIALS } from '../kernel/denials.js';
import { Kernel } from '../kernel/kernel.js';
import { verdictByte } from '../kernel/model.js';
import type { Profile } from '../kernel/profile.js';
import { SelinuxPolicy } from '../kernel/selinux.js';
import type { Task } from '../kernel/task.js';
import { Trace } from '../kernel/trace.js';
import { PolicyBuilder } from '../names/allow_rule.js';
import { readAttr } from './attr_size.js';
import { AGREED, DISAGREED } from './compare_result.js';
import { type ComparedCase, type Difference, describeResult, formatErrno } from './compared_case.js';
import { fdOfKind } from './fd_kinds.js';
import { shownDifferences } from './fdinfo.js';
import { hooksOf } from './lsm_program.js';
import { namespacesOf } from './namespaces.js';
import type { TokenCreateRecord } from './record.js';

/** A closed descriptor. */
const CLOSED_FD = 900_000;

/** A recorded BPF_TOKEN_CREATE, repeated on the model. */
export function compareTokenCreate(profile: Profile, record: TokenCreateRecord): ComparedCase {
  const trace = new Trace();
  const { result, task } = call(profile, record, trace);
  const errno = result < 0 ? -result : 0;
  const differences: Difference[] = [];
  if (errno !== record.result.errno) {
    differences.push({ what: 'BPF_TOKEN_CREATE', kernel: describeResult(record.result), model: formatErrno(errno) });
  } else if (errno === 0) {
    const file = task.files.fdget(result);
    if (file?.kind === 'token') differences.push(...shownDifferences(profile, file.token, record.shown));
  }
  return {
    record,
    comparison: differences.length === 0 ? AGREED : DISAGREED,
    differences,
    model: verdictByte(trace),
    wasm: null,
    explain: () => {
      const again = new Trace({ steps: true });
      call(profile, record, again);
      return again.steps ?? [];
    },
  };
}

/** The call's result, and the task that has the descriptor. */
function call(profile: Profile, record: TokenCreateRecord, trace: Trace): { result: number; task: Task } {
  const kernel = new Kernel({ profile, unprivilegedBpfDisabled: record.sysctl, lsm: hooksOf(record.lsm) });
  const namespaces = namespacesOf(kernel.initUserns, record.tree);
  const userns = (name: string) => namespaces.get(name) ?? kernel.initUserns;
  const { ns, euid, effective } = record.caller;
  const { label, creator } = selinuxLabels(record.selinux);
  const task = kernel.task('caller', { userns: userns(ns), euid, egid: euid, effective, ...label });
  const { bpffs } = record;
  const sb = bpffs && {
    userns: userns(bpffs.ns),
    options: { uid: 0, gid: 0, mode: bpffs.mode ?? 0o777, delegate: bpffs.delegate },
    tokenDenials: NO_DENIALS,
    lsmCreateErrno: 0,
    creator,
  };
  const placed = fdOfKind(record.fdKind, sb);
  const fd = placed ? task.files.open(placed.body, { opath: placed.opath }) : CLOSED_FD;
  const read = readAttr(profile.vocabulary.release, record);
  const attr = { fault: read.fault, token_create_flags: read.flags, bpffs_fd: read.hasFd ? fd : 0 };
  return { result: kernel.bpf(task, profile.vocabulary.require('cmds', 'token_create'), attr, trace), task };
}

/** The label of the caller, and the domain that created the bpffs. */
function selinuxLabels(selinux: TokenCreateRecord['selinux']): { label: Pick<Cred, 'label'>; creator: number } {
  if (!selinux) return { label: {}, creator: 0 };
  const builder = new PolicyBuilder();
  for (const rule of selinux.rules) builder.add(rule);
  const domain = builder.domain(selinux.caller);
  const creator = selinux.grantor === null ? 0 : builder.domain(selinux.grantor);
  const policy = new SelinuxPolicy(builder.spec(selinux.bpfTokenPerms));
  return { label: { label: { policy, domain } }, creator };
}
