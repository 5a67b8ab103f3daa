import type { FileBody } from '../kernel/files.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Task } from '../kernel/task.js';
import type { Trace } from '../kernel/trace.js';
import type { FdName, Sequence, SystemCall } from './system_call.js';

/** No descriptor: what a call that failed returned. */
const CLOSED = -1;

/** A call of a sequence, and what the kernel answered: a descriptor or 0, or a negated errno. */
export interface CallOutcome {
  readonly call: SystemCall;
  readonly result: number;
}

/** A descriptor of a task. */
interface Held {
  readonly task: Task;
  readonly fd: number;
}

/** Makes system calls on the model. Tasks and descriptors have names. */
export class SequenceRunner {
  readonly #kernel: Kernel;
  readonly #taskOf: (name: string) => Task;
  readonly #held = new Map<FdName, Held>();

  /** `taskOf` answers the task of a name. */
  constructor(kernel: Kernel, taskOf: (name: string) => Task) {
    this.#kernel = kernel;
    this.#taskOf = taskOf;
  }

  /** Makes a call: 0 or a descriptor, or a negated errno. A descriptor that an earlier call failed to return is -EBADF. */
  run(call: SystemCall, trace?: Trace): number {
    const task = this.#taskOf(call.by);
    const result = this.#make(call, task, trace);
    if ('returns' in call) this.#held.set(call.returns, { task, fd: result });
    return result;
  }

  /** Makes calls in order up to the first that fails, which is the last outcome then. */
  runAll(sequence: Sequence, trace?: Trace): CallOutcome[] {
    const outcomes: CallOutcome[] = [];
    for (const call of sequence) {
      const result = this.run(call, trace);
      outcomes.push({ call, result });
      if (result < 0) break;
    }
    return outcomes;
  }

  /** Gives a descriptor a name: one that a task opened otherwise. */
  hold(name: FdName, task: Task, fd: number): void {
    this.#held.set(name, { task, fd });
  }

  /** What is open on a descriptor; undefined where it is not open. */
  file(name: FdName): FileBody | undefined {
    const held = this.#held.get(name);
    return held && held.fd >= 0 ? held.task.files.fdget(held.fd) : undefined;
  }

  #make(call: SystemCall, task: Task, trace: Trace | undefined): number {
    const kernel = this.#kernel;
    switch (call.call) {
      case 'fsopen':
        return kernel.fsopen(task, trace);
      case 'fsconfig_set_string':
        return kernel.fsconfigSetString(task, this.#fdFor(task, call.fd), call.key, call.value, trace);
      case 'fsconfig_set_flag':
        return kernel.fsconfigSetFlag(task, this.#fdFor(task, call.fd), call.key, trace);
      case 'fsconfig_create':
        return kernel.fsconfigCreate(task, this.#fdFor(task, call.fd), { createErrno: call.lsmErrno ?? 0 }, trace);
      case 'fsconfig_reconfigure':
        return kernel.fsconfigReconfigure(task, this.#fdFor(task, call.fd), trace);
      case 'fsmount':
        return kernel.fsmount(task, this.#fdFor(task, call.fd), trace);
      case 'mount':
        return kernel.mount(task, call.source, call.data, trace);
      case 'openat':
        return kernel.openat(task, this.#fdFor(task, call.dirfd), call.path);
      case 'bpf_token_create': {
        const cmd = kernel.profile.vocabulary.require('cmds', 'token_create');
        const attr = { bpffs_fd: this.#fdFor(task, call.bpffs), token_create_narrow: call.narrow };
        return kernel.bpf(task, cmd, attr, trace);
      }
    }
  }

  /** A descriptor of the task on what a name stands for: passed to it where another task has it. */
  #fdFor(task: Task, name: FdName): number {
    const held = this.#held.get(name);
    if (!held || held.fd < 0) return CLOSED;
    return held.task === task ? held.fd : held.task.files.sendTo(task.files, held.fd);
  }
}
