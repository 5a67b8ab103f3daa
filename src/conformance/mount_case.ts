import { showSuperOptions } from '../kernel/bpffs.js';
import { Kernel } from '../kernel/kernel.js';
import type { Profile } from '../kernel/profile.js';
import type { Task } from '../kernel/task.js';
import { type Step as Check, Trace } from '../kernel/trace.js';
import { AGREED, DISAGREED } from './compare_result.js';
import { type ComparedCase, type Difference, describeResult, formatErrno } from './compared_case.js';
import { type MountWorld, mountWorld } from './credentials.js';
import { shownDifferences } from './fdinfo.js';
import { ANY_ERRNO, type CallResult, type Credential, type MountRecord, type Step } from './record.js';

/** The stage of a case whose ids the recording gives no maps of: whether uid= and gid= are mapped cannot be said. */
export const NO_ID_MAPS = 'id maps not recorded';

/** How a mount and all that was tried on the way answers in the model. */
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
  const isId = ({ key }: Step) => key === 'uid' || key === 'gid';
  return [...(steps ?? []), ...(set ?? [])].some(isId) || /(^|,)[ug]id=/.test(data ?? '');
}

/** One record's calls, made again in order. */
class MountRun {
  readonly builder: MountWorld;
  readonly #profile: Profile;
  readonly #record: MountRecord;
  readonly #kernel: Kernel;
  readonly #tasks = new Map<Credential, Task>();
  readonly #found: Difference[] = [];
  readonly #steps: boolean;
  readonly checks: Check[] = [];

  constructor(profile: Profile, record: MountRecord, steps: boolean) {
    this.#profile = profile;
    this.#record = record;
    this.#steps = steps;
    this.#kernel = new Kernel({ profile, unprivilegedBpfDisabled: record.sysctl });
    this.builder = mountWorld(this.#kernel.initUserns, record);
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
    const task = this.#task(mount?.by ?? opener);
    const fd = this.#traced((trace) => this.#kernel.mount(task, 'bpffs', data, trace));
    this.#compareCall('mount(2)', mount?.result ?? null, fd);
    return { task, fd, isCreated: fd >= 0 };
  }

  #byMountApi(): { task: Task; fd: number; isCreated: boolean } {
    const { opener, fsopen, steps, reconfigure, set, mount } = this.#record;
    const kernel = this.#kernel;
    const task = this.#task(opener);
    const fs = this.#traced((trace) => kernel.fsopen(task, trace));
    this.#compareCall('fsopen', fsopen, fs);
    if (fs < 0) return { task, fd: -1, isCreated: false };
    let isCreated = false;
    for (const [i, step] of (steps ?? []).entries()) {
      const answer = this.#step(task, fs, step);
      this.#compareCall(`step ${i + 1} (${describeStep(step)})`, step.result, answer);
      isCreated ||= step.op === 'create' && answer === 0;
    }
    if (reconfigure) isCreated = this.#step(task, fs, { ...CREATE, by: 'init_root' }) === 0;
    const mounter = this.#task(mount?.by ?? (reconfigure ? 'init_root' : opener));
    const fd = this.#traced((trace) => kernel.fsmount(mounter, task.files.sendTo(mounter.files, fs), trace));
    this.#compareCall('fsmount', mount?.result ?? null, fd);
    for (const [i, step] of (set ?? []).entries()) {
      this.#compareCall(`set ${i + 1} (${describeStep(step)})`, step.result, this.#step(task, fs, step));
    }
    if (reconfigure) {
      const answer = this.#step(task, fs, { ...CREATE, op: 'reconfigure', by: reconfigure.by });
      this.#compareCall('reconfigure', reconfigure.result, answer);
    }
    return { task: mounter, fd: fd < 0 ? -1 : kernel.openat(mounter, fd, '.'), isCreated };
  }

  /** What is mounted: its options, its source, and the token of its namespace's root. */
  #inspect(task: Task, fd: number): void {
    const { options, source, token } = this.#record;
    const file = task.files.fdget(fd);
    if (file?.kind !== 'bpffs') throw new Error('a mounted instance is no bpffs');
    if (options !== null) {
      const shown = showSuperOptions(this.#profile, file.sb);
      this.#compare('options', this.#comparable(options), this.#comparable(shown));
    }
    // What mount(2) was given as its source, a recording does not say.
    if (source !== null && this.#record.data === null)
      this.#compare('source', source, mangled(file.sb.source ?? 'none'));
    if (!token) return;
    const root = this.#kernel.task('root', {
      userns: this.builder.sbUserns,
      euid: 0,
      egid: 0,
      effective: this.builder.cred('init_root').effective,
    });
    const cmd = this.#profile.vocabulary.require('cmds', 'token_create');
    const made = this.#traced((trace) => {
      return this.#kernel.bpf(root, cmd, { bpffs_fd: task.files.sendTo(root.files, fd) }, trace);
    });
    this.#compareCall('BPF_TOKEN_CREATE', token, made);
    const body = root.files.fdget(made);
    if (made >= 0 && token.ok && body?.kind === 'token') {
      this.#found.push(...shownDifferences(this.#profile, body.token, token));
    }
  }

  /** Without maps, the ids of a namespace's root are not known; `rw` may be left out. */
  #comparable(options: string): string {
    const all = /^r[wo](,|$)/.test(options) ? options : options === '' ? 'rw' : `rw,${options}`;
    return this.builder.hasIdMaps ? all : all.replace(/,[ug]id=\d+/g, '');
  }

  #step(owner: Task, fs: number, step: Step): number {
    const kernel = this.#kernel;
    const task = this.#task(step.by);
    const fd = owner.files.sendTo(task.files, fs);
    return this.#traced((trace) => {
      switch (step.op) {
        case 'set_string':
          return kernel.fsconfigSetString(task, fd, step.key ?? '', step.value ?? '', trace);
        case 'set_flag':
          return kernel.fsconfigSetFlag(task, fd, step.key ?? '', trace);
        case 'create':
          return kernel.fsconfigCreate(task, fd, {}, trace);
        case 'reconfigure':
          return kernel.fsconfigReconfigure(task, fd, trace);
      }
    });
  }

  #task(name: Credential): Task {
    let task = this.#tasks.get(name);
    if (!task) {
      task = this.#kernel.task(name, this.builder.cred(name));
      this.#tasks.set(name, task);
    }
    return task;
  }

  #traced(call: (trace: Trace | undefined) => number): number {
    if (!this.#steps) return call(undefined);
    const trace = new Trace({ steps: true });
    const answer = call(trace);
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

const CREATE: Step = { by: 'init_root', op: 'create', key: null, value: null, result: null };

/** `delegate_cmds=any by init_root`. */
function describeStep({ by, op, key, value }: Step): string {
  const call = key === null ? op : value === null ? key : `${key}=${JSON.stringify(value)}`;
  return `${call} by ${by}`;
}

/** As mountinfo escapes a name (fs/proc_namespace.c: mangle()). */
function mangled(name: string): string {
  return name.replace(/[ \t\n\\#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
