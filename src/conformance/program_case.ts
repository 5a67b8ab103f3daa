import { BPF_F_TOKEN_FD, BPF_MAXINSNS, MASK_ANY } from '../abi/bpf.js';
import { errnoName } from '../abi/errno.js';
import { Kernel } from '../kernel/kernel.js';
import { masksBy } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import type { Task } from '../kernel/task.js';
import { BpfToken } from '../kernel/token.js';
import { Trace } from '../kernel/trace.js';
import { UserNamespace } from '../kernel/userns.js';
import { LIBERTY_TESTS } from '../kernel/verifier/liberties.js';
import { programPermissions } from '../kernel/verifier/program_permissions.js';
import { AGREED, DISAGREED, type ResultComparison } from './compare_result.js';
import { type ComparedCase, type Difference, describeResult } from './compared_case.js';
import type { HelpersRecord, LibertyRecord, ProgramRecord } from './record.js';

/** An owner of the user namespace that is no caller: what it owns would decide for it. */
const OWNER = 1000;
const CALLER = 100_000;

/** What the model says of a recorded program, beside what the kernel said. */
export function compareProgram(profile: Profile, record: ProgramRecord): ComparedCase {
  const compared = (trace?: Trace) =>
    record.family === 'helpers' ? compareHelpers(profile, record, trace) : compareLiberty(profile, record, trace);
  return {
    record,
    ...compared(),
    model: null,
    wasm: null,
    explain: () => {
      const trace = new Trace({ steps: true });
      compared(trace);
      return trace.steps ?? [];
    },
  };
}

interface Compared {
  readonly comparison: ResultComparison;
  readonly differences: readonly Difference[];
}

const outside = (outOfScopeRule: string): Compared => ({
  comparison: { kind: 'outside', outOfScopeRule },
  differences: [],
});

function compareHelpers(profile: Profile, record: HelpersRecord, trace?: Trace): Compared {
  if (!record.loads) return outside('a program that does not load without a call');
  const { kernel, task, token } = worldOf(profile, record);
  const { progType, attachType, target, isSleepable, isGpl } = record;
  const program = {
    progType,
    attachType,
    target: target ?? undefined,
    isSleepable,
    isGpl,
    token,
  };
  const found = programPermissions(kernel, task.cred, program, trace);
  if (!found) return outside('a program type that was not recorded');
  const asked = new Set([...record.permitted, ...record.refused]);
  const offered = found.helpers.filter(({ refusal }) => refusal !== 'not_of_this_type' && refusal !== 'capability');
  const by = (reason: string) =>
    offered.flatMap(({ helper, refusal }) => (refusal === reason && asked.has(helper.id) ? [helper.id] : []));
  const permitted = offered.flatMap(({ helper }) => (asked.has(helper.id) ? [helper.id] : []));
  const differences = [
    differ('permitted', record.permitted, permitted),
    differ('gpl_restricted', record.gplRestricted, by('needs_gpl')),
    differ('target_disallows', record.targetDisallows, by('target_disallows')),
    differ('needs_sleepable', record.needsSleepable, by('might_sleep')),
  ].flat();
  return { comparison: differences.length === 0 ? AGREED : DISAGREED, differences };
}

/** The helpers in which two lists differ. */
function differ(what: string, kernel: readonly number[], model: readonly number[]): Difference[] {
  const [ours, theirs] = [new Set(model), new Set(kernel)];
  const [more, less] = [model.filter((id) => !theirs.has(id)), kernel.filter((id) => !ours.has(id))];
  if (more.length + less.length === 0) return [];
  return [{ what, kernel: less.join(' ') || 'none besides', model: more.join(' ') || 'none besides' }];
}

function compareLiberty(profile: Profile, record: LibertyRecord, trace?: Trace): Compared {
  const liberty = LIBERTY_TESTS[record.test];
  if (liberty === undefined) return outside('a test that the model does not know');
  const { task, kernel, token } = worldOf(profile, record, record.hasMitigations);
  const program = { helpers: [], liberties: [liberty], isGpl: true, isSleepable: false };
  // The kernel counts instructions before it asks what the type needs.
  const insnCnt = liberty === 'many_instructions' ? BPF_MAXINSNS + 1 : 1;
  const attr = { prog_type: record.progType, insn_cnt: insnCnt, program, ...(token && tokenAttr(task, token)) };
  const fd = kernel.bpf(task, profile.vocabulary.require('cmds', 'prog_load'), attr, trace);
  const errno = fd < 0 ? -fd : 0;
  if (errno === record.result.errno) return { comparison: AGREED, differences: [] };
  const difference = {
    what: record.test,
    kernel: describeResult(record.result),
    model: errno ? errnoName(errno) : 'ok',
  };
  return { comparison: DISAGREED, differences: [difference] };
}

function tokenAttr({ files }: Task, token: BpfToken) {
  return { prog_flags: BPF_F_TOKEN_FD, prog_token_fd: files.open({ kind: 'token', token }) };
}

function worldOf(profile: Profile, { sysctl, loader }: ProgramRecord, hasMitigations = true) {
  const kernel = new Kernel({ profile, unprivilegedBpfDisabled: sysctl, hasMitigations });
  const below = new UserNamespace('u1', kernel.initUserns, OWNER);
  const userns = loader.isInit ? kernel.initUserns : below;
  const task = kernel.task('caller', { userns, euid: CALLER, egid: CALLER, effective: loader.effective });
  const everything = masksBy(() => MASK_ANY);
  const token = loader.hasToken ? new BpfToken('token', below, everything) : null;
  return { kernel, task, token };
}
