import { showSuperOptions } from '../kernel/bpffs.js';
import { Kernel } from '../kernel/kernel.js';
import type { Profile } from '../kernel/profile.js';
import type { Task } from '../kernel/task.js';
import { type Step as Check, Trace } from '../kernel/trace.js';
import { BPFFS_MOUNT, BPFFS_ROOT, FS_CONTEXT, TOKEN_FD, tokenSequence } from '../sequence/delegation.js';
import { SequenceRunner } from '../sequence/sequence_runner.js';
import type { SystemCall } from '../sequence/system_call.js';
import { AGREED, DISAGREED } from './compare_result.js';
import { type ComparedCase, type Difference, describeResult, formatErrno } from './compared_case.js';
import { type MountWorld, mountWorld } from './credentials.js';
import { shownDifferences } from './fdinfo.js';
import { ANY_ERRNO, type CallResult, type Credential, type MountRecord, type RecordedStep } from './record.js';

/** The out-of-scope rule of a recording without id maps: whether uid= and gid= are mapped is unknown. */
export const NO_ID_MAPS = 'id maps not recorded';

/** Compares a mount and the calls before it with the model. */
export function compareMount(profile: Profile, record: MountRecord): ComparedCase {
  const run = new MountRun(profile, record, false);
  const differences = run.differences();
  const isUnknown = differences.length > 0 && dependsOnIdMaps(record, run.builder);
  return {
    record,
    comparison:
      differences.length === 0 ? AGREED : isUnknown ? { kind: 'outside', outOfScopeRule: NO_ID_MAPS } : DISAGREED,
    differences: isUnknown ? [] : differences,
    model: null,
    wasm: null,
    explain: () => {
      const again = new MountRun(profile, record, true);
      again.differences();
      return again.checks;
    },
  };
}

/** Whether ids are set in a namespace whose maps are not known. */
function dependsOnIdMaps({ steps, set, data }: MountRecord, { hasIdMaps }: MountWorld): boolean {
  if (hasIdMaps) return false;
  const isId = ({ key }: RecordedStep) => key === 'uid' || key === 'gid';
  return [...(steps ?? []), ...(set ?? [])].some(isId) || /(^|,)[ug]id=/.test(data ?? '');
}

/** The calls of one record, repeated in order on the model. */
class MountRun {
  readonly builder: MountWorld;
  readonly #profile: Profile;
  readonly #record: MountRecord;
  readonly #kernel: Kernel;
  readonly #tasks = new Map<string, Task>();
  readonly #runner: SequenceRunner;
  readonly #found: Difference[] = [];
  readonly #steps: boolean;
  readonly checks: Check[] = [];

  constructor(profile: Profile, record: MountRecord, steps: boolean) {
    this.#profile = profile;
    this.#record = record;
    this.#steps = steps;
    this.#kernel = new Kernel({ profile, unprivilegedBpfDisabled: record.sysctl });
    this.builder = mountWorld(this.#kernel.initUserns, record);
    this.#runner = new SequenceRunner(this.#kernel, (name) => this.#task(name as Credential));
  }

  differences(): Difference[] {
    const { data, options, created } = this.#record;
    const root = data === null ? this.#byMountApi() : this.#byMount(data);
    if (created !== null) this.#compare('created', String(created), String(root.isCreated));
    if (root.fd >= 0) this.#inspect(root.task, root.fd);
    else if (options !== null) this.#compare('options', options, 'none: nothing is mounted');
    return this.#found;
  }

  #byMount(data: string): { task: Task; fd: number; isCreated: boolean } {
    const { opener, mount } = this.#record;
    const by = mount?.by ?? opener;
    const fd = this.#run({ by, call: 'mount', source: 'bpffs', data, returns: BPFFS_ROOT });
    this.#compareCall('mount(2)', mount?.result ?? null, fd);
    return { task: this.#task(by), fd, isCreated: fd >= 0 };
  }

  #byMountApi(): { task: Task; fd: number; isCreated: boolean } {
    const { opener, fsopen, steps, reconfigure, set, mount } = this.#record;
    const task = this.#task(opener);
    const fs = this.#run({ by: opener, call: 'fsopen', returns: FS_CONTEXT });
    this.#compareCall('fsopen', fsopen, fs);
    if (fs < 0) return { task, fd: -1, isCreated: false };
    let isCreated = false;
    for (const [i, step] of (steps ?? []).entries()) {
      const answer = this.#run(callOf(step));
      this.#compareCall(`step ${i + 1} (${describeStep(step)})`, step.result, answer);
      isCreated ||= step.op === 'create' && answer === 0;
    }
    if (reconfigure) isCreated = this.#run(callOf({ ...CREATE, by: 'init_root' })) === 0;
    const by = mount?.by ?? (reconfigure ? 'init_root' : opener);
    const fd = this.#run({ by, call: 'fsmount', fd: FS_CONTEXT, returns: BPFFS_MOUNT });
    this.#compareCall('fsmount', mount?.result ?? null, fd);
    for (const [i, step] of (set ?? []).entries()) {
      this.#compareCall(`set ${i + 1} (${describeStep(step)})`, step.result, this.#run(callOf(step)));
    }
    if (reconfigure) {
      const answer = this.#run(callOf({ ...CREATE, op: 'reconfigure', by: reconfigure.by }));
      this.#compareCall('reconfigure', reconfigure.result, answer);
    }
    const root = this.#run({ by, call: 'openat', dirfd: BPFFS_MOUNT, path: '.', returns: BPFFS_ROOT });
    return { task: this.#task(by), fd: root < 0 ? -1 : root, isCreated };
  }

  /** Compares the mounted instance: its options, its source, and the token of its namespace's root. */
  #inspect(task: Task, fd: number): void {
    const { options, source, token } = this.#record;
    const file = task.files.fdget(fd);
    if (file?.kind !== 'bpffs') throw new Error('a mounted instance must be a bpffs');
    if (options !== null) {
      const shown = showSuperOptions(this.#profile, file.sb);
      this.#compare('options', this.#comparable(options), this.#comparable(shown));
    }
    // Recordings do not have the source argument of mount(2).
    if (source !== null && this.#record.data === null)
      this.#compare('source', source, mangled(file.sb.source ?? 'none'));
    if (!token) return;
    const root = this.#kernel.task('root', {
      userns: this.builder.sbUserns,
      euid: 0,
      egid: 0,
      effective: this.builder.cred('init_root').effective,
    });
    this.#runner.hold(BPFFS_ROOT, task, fd);
    this.#tasks.set(TOKEN_CREATOR, root);
    const [call] = tokenSequence(TOKEN_CREATOR) as [SystemCall];
    const made = this.#run(call);
    this.#compareCall('BPF_TOKEN_CREATE', token, made);
    const body = this.#runner.file(TOKEN_FD);
    if (token.ok && body?.kind === 'token') {
      this.#found.push(...shownDifferences(this.#profile, body.token, token));
    }
  }

  /** Without maps, the ids of a namespace's root are unknown; `rw` may be omitted. */
  #comparable(options: string): string {
    const all = /^r[wo](,|$)/.test(options) ? options : options === '' ? 'rw' : `rw,${options}`;
    return this.builder.hasIdMaps ? all : all.replace(/,[ug]id=\d+/g, '');
  }

  #task(name: Credential): Task {
    let task = this.#tasks.get(name);
    if (!task) {
      task = this.#kernel.task(name, this.builder.cred(name));
      this.#tasks.set(name, task);
    }
    return task;
  }

  #run(call: SystemCall): number {
    if (!this.#steps) return this.#runner.run(call);
    const trace = new Trace({ steps: true });
    const answer = this.#runner.run(call, trace);
    this.checks.push(...(trace.steps ?? []));
    return answer;
  }

  #compareCall(what: string, recorded: CallResult | null, answer: number): void {
    const errno = answer < 0 ? -answer : 0;
    if (!recorded || recorded.errno === errno || (recorded.errno === ANY_ERRNO && errno !== 0)) return;
    this.#found.push({ what, kernel: describeResult(recorded), model: formatErrno(errno) });
  }

  #compare(what: string, kernel: string, model: string): void {
    if (kernel !== model) this.#found.push({ what, kernel, model });
  }
}

/** The root of the instance's user namespace, which makes a token. */
const TOKEN_CREATOR = 'token creator';

const CREATE: RecordedStep = { by: 'init_root', op: 'create', key: null, value: null, result: null };

/** The call of a recorded step. */
function callOf({ by, op, key, value }: RecordedStep): SystemCall {
  switch (op) {
    case 'set_string':
      return { by, call: 'fsconfig_set_string', fd: FS_CONTEXT, key: key ?? '', value: value ?? '' };
    case 'set_flag':
      return { by, call: 'fsconfig_set_flag', fd: FS_CONTEXT, key: key ?? '' };
    case 'create':
      return { by, call: 'fsconfig_create', fd: FS_CONTEXT };
    case 'reconfigure':
      return { by, call: 'fsconfig_reconfigure', fd: FS_CONTEXT };
  }
}

/** `delegate_cmds=any by init_root`. */
function describeStep({ by, op, key, value }: RecordedStep): string {
  const call = key === null ? op : value === null ? key : `${key}=${JSON.stringify(value)}`;
  return `${call} by ${by}`;
}

/** As mountinfo escapes a name (fs/proc_namespace.c: mangle()). */
function mangled(name: string): string {
  return name.replace(/[ \t\n\\#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
