import { MASK_ANY } from '../abi/bpf.js';
import { Kernel } from '../kernel/kernel.js';
import { masksBy } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import { BpfToken } from '../kernel/token.js';
import { Trace } from '../kernel/trace.js';
import { UserNamespace } from '../kernel/userns.js';
import { LIBERTY_TESTS } from '../kernel/verifier/liberties.js';
import { type ProgramPermissions, programPermissions } from '../kernel/verifier/program_permissions.js';
import { AGREED, DISAGREED, type ResultComparison } from './compare_result.js';
import { type ComparedCase, type Difference, describeResult } from './compared_case.js';
import type { HelpersRecord, LibertyRecord, ProgramRecord } from './record.js';

/** An owner of the user namespace that is no caller: what it owns would decide for it. */
const OWNER = 1000;
const CALLER = 100_000;

/** What the model says of a recorded program, beside what the kernel said. */
export function compareProgram(profile: Profile, record: ProgramRecord): ComparedCase {
  const { comparison, differences } =
    record.family === 'helpers' ? compareHelpers(profile, record) : compareLiberty(profile, record);
  return {
    record,
    comparison,
    differences,
    model: null,
    wasm: null,
    explain: () => {
      const trace = new Trace({ steps: true });
      permissionsOf(profile, record, trace);
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

function compareHelpers(profile: Profile, record: HelpersRecord): Compared {
  if (!record.loads) return outside('a program that does not load without a call');
  const found = permissionsOf(profile, record);
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

function compareLiberty(profile: Profile, record: LibertyRecord): Compared {
  const liberty = LIBERTY_TESTS[record.test];
  if (liberty === undefined) return outside('a test that the model does not know');
  const { task, kernel, token } = worldOf(profile, record);
  const trace = new Trace();
  const fd = kernel.bpf(
    task,
    profile.vocabulary.require('cmds', 'prog_load'),
    {
      prog_type: record.progType,
      insn_cnt: 1,
      ...(token ? { prog_token_fd: task.files.open({ kind: 'token', token }), prog_flags: 1 << 16 } : {}),
    },
    trace,
  );
  const found = permissionsOf(profile, record);
  if (!found) return outside('a program type that was not recorded');
  const granted = found.liberties.find(({ name }) => name === liberty)?.granted === true;
  const isAccepted = fd >= 0 && (granted || !isAsked(profile, record, liberty));
  if (isAccepted === record.result.ok) return { comparison: AGREED, differences: [] };
  const difference = {
    what: record.test,
    kernel: describeResult(record.result),
    model: isAccepted ? 'ok' : `${liberty} is not granted`,
  };
  return { comparison: DISAGREED, differences: [difference] };
}

/** Of packets, cgroup_skb alone asks: sched_cls has them by its own capabilities. Source: net/core/filter.c: cg_skb_is_valid_access(). */
function isAsked({ vocabulary }: Profile, { progType }: LibertyRecord, liberty: string): boolean {
  return !liberty.startsWith('packet_') || progType === vocabulary.require('prog_types', 'cgroup_skb');
}

function worldOf(profile: Profile, { sysctl, loader }: ProgramRecord) {
  const kernel = new Kernel({ profile, unprivilegedBpfDisabled: sysctl });
  const below = new UserNamespace('u1', kernel.initUserns, OWNER);
  const userns = loader.isInit ? kernel.initUserns : below;
  const task = kernel.task('caller', { userns, euid: CALLER, egid: CALLER, effective: loader.effective });
  const token = loader.hasToken
    ? new BpfToken(
        'token',
        below,
        masksBy(() => MASK_ANY),
      )
    : null;
  return { kernel, task, token };
}

function permissionsOf(profile: Profile, record: ProgramRecord, trace?: Trace): ProgramPermissions | undefined {
  const { kernel, task, token } = worldOf(profile, record);
  const isHelpers = record.family === 'helpers';
  return programPermissions(
    kernel,
    task.cred,
    {
      progType: record.progType,
      attachType: isHelpers ? record.attachType : 0,
      target: isHelpers ? (record.target ?? undefined) : undefined,
      isSleepable: isHelpers && record.isSleepable,
      token,
      isGpl: !isHelpers || record.isGpl,
      hasMitigations: isHelpers || record.hasMitigations,
    },
    trace,
  );
}
