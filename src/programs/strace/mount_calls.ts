import { ERRNO, errnoName } from '../../abi/errno.js';
import {
  type FsContext,
  fsconfigCreate,
  fsconfigReconfigure,
  fsconfigSetFlag,
  fsconfigSetString,
  fsmount,
  fsopen,
  mount,
  type Superblock,
} from '../../kernel/bpffs.js';
import { MASK_NAMES } from '../../kernel/masks.js';
import { kstrtou64, parseDelegateMask } from '../../kernel/mount_options.js';
import type { Profile } from '../../kernel/profile.js';
import { Trace } from '../../kernel/trace.js';
import { pathOf } from './file_calls.js';
import type { LoggedCall } from './log_events.js';
import type { LogBpffs, LogContext } from './log_objects.js';
import { type LogProcess, MAX_MOUNTS } from './log_process.js';
import type { LogState } from './log_state.js';
import type { LoggedValue } from './logged_value.js';
import { flagWords, numberOf, wordNumber } from './numbers.js';

/** What the simulator answers to a call that opens, configures or mounts a bpffs. */
export interface MountAnswer {
  /** `fsconfig delegate_cmds=0x21`. */
  readonly what: string;
  /** The name of the error that the simulator answers with; null where it lets the call through. */
  readonly errno: string | null;
  /** The check that refuses it, in words; undefined where none does, or none says so. */
  readonly why: string | undefined;
  /** Whether the log shows everything that the answer depends on. */
  readonly isShown: boolean;
}

/** Follows the instances of bpffs that a log shows being made. */
export class MountCalls {
  readonly #profile: Profile;
  readonly #state: LogState;

  constructor(profile: Profile, state: LogState) {
    this.#profile = profile;
    this.#state = state;
  }

  /**
   * Applies a call, and answers it; undefined for one that is about another file system, or nothing here. What the log says that the call
   * returned is what happens, whatever the answer.
   */
  apply(process: LogProcess, call: LoggedCall): MountAnswer | undefined {
    switch (call.name) {
      case 'fsopen':
        return this.#fsopen(process, call);
      case 'fsconfig':
        return this.#fsconfig(process, call);
      case 'fsmount':
        return this.#fsmount(process, call);
      case 'move_mount':
        this.#moveMount(process, call);
        return undefined;
      case 'mount':
        return this.#mount(process, call);
      default:
        return undefined;
    }
  }

  #fsopen(process: LogProcess, { args, result, at }: LoggedCall): MountAnswer | undefined {
    if (pathOf(args[0]?.value) !== 'bpf') return undefined;
    const trace = new Trace({ steps: true });
    const answer = fsopen(process.kernelCred, process.mountNs, trace);
    if (result.value !== null) {
      const fc = typeof answer === 'number' ? contextOf(process) : answer;
      this.#opened(process, result.value, {
        fc,
        line: at.line,
        opener: process.name,
        isShown: true,
        bpffs: undefined,
        isCut: false,
      });
    }
    return told('fsopen bpf', typeof answer === 'number' ? answer : 0, trace, process.cred.isShown);
  }

  #opened(process: LogProcess, fd: number, context: LogContext): void {
    if (this.#state.contexts.length < MAX_CONTEXTS) this.#state.contexts.push(context);
    this.#state.opened(process, fd, { kind: 'context', context });
  }

  /** The context of a descriptor: one that was passed in a way that the log does not show is the last that was opened. */
  #context(process: LogProcess, fd: number | undefined): LogContext | undefined {
    if (fd === undefined) return undefined;
    const file = process.files.get(fd);
    if (file?.kind === 'context') return file.context;
    const last = this.#state.contexts.findLast(({ fc }) => fc.phase !== 'failed');
    if (last) this.#state.opened(process, fd, { kind: 'context', context: last });
    return last;
  }

  #fsconfig(process: LogProcess, { args, result, at }: LoggedCall): MountAnswer | undefined {
    const command = wordOf(args[1]?.value);
    const [key, value] = [pathOf(args[2]?.value), pathOf(args[3]?.value)];
    const isOption = key !== undefined && OPTION.test(key);
    const fd = numberOf(args[0]?.value);
    let context = this.#context(process, fd);
    if (!context) {
      // The options of another file system.
      if (!isOption || !key.startsWith('delegate_') || fd === undefined) return undefined;
      context = {
        fc: contextOf(process),
        line: at.line,
        opener: process.name,
        isShown: false,
        bpffs: undefined,
        isCut: false,
      };
      this.#opened(process, fd, context);
    }
    const { fc } = context;
    const trace = new Trace({ steps: true });
    const cred = process.kernelCred;
    const isShown = context.isShown && process.cred.isShown;
    switch (command) {
      case 'FSCONFIG_SET_STRING':
      case '0x1':
      case '1': {
        if (key === undefined || value === undefined) return undefined;
        if (isCut(args[3]?.value)) {
          context.isCut = true;
          return undefined;
        }
        const answer = fsconfigSetString(this.#profile, fc, cred, key, value, trace);
        if (result.value !== null && answer !== 0) this.#setAnyway(fc, key, value);
        return told(`fsconfig ${key}=${value}`, answer, trace, isShown);
      }
      case 'FSCONFIG_SET_FLAG':
        return key === undefined
          ? undefined
          : told(`fsconfig ${key}`, fsconfigSetFlag(this.#profile, fc, cred, key, trace), trace, isShown);
      case 'FSCONFIG_CMD_CREATE': {
        const answer = fsconfigCreate(fc, cred, {}, trace);
        if (result.value !== null && !fc.sb) create(fc);
        if (result.errno !== null) fc.phase = 'failed';
        return told('fsconfig CMD_CREATE', answer, trace, isShown);
      }
      case 'FSCONFIG_CMD_RECONFIGURE':
        return told('fsconfig CMD_RECONFIGURE', fsconfigReconfigure(fc, cred, trace), trace, isShown);
      default:
        return undefined;
    }
  }

  /** The kernel took an option that the answer refuses. */
  #setAnyway({ options }: FsContext, key: string, value: string): void {
    const mask = MASK_NAMES.find((name) => key === `delegate_${name}`);
    const bits = mask && parseDelegateMask(this.#profile, mask, value);
    if (mask && typeof bits === 'bigint') options.delegate[mask] |= bits;
    const id = kstrtou64(value);
    if ((key === 'uid' || key === 'gid') && typeof id === 'bigint' && id <= 0xffff_ffffn) options[key] = Number(id);
  }

  #fsmount(process: LogProcess, { args, result, at }: LoggedCall): MountAnswer | undefined {
    const fd = numberOf(args[0]?.value);
    const file = fd === undefined ? undefined : process.files.get(fd);
    if (file?.kind !== 'context') return undefined;
    const { context } = file;
    const trace = new Trace({ steps: true });
    const answer = fsmount(context.fc, process.kernelCred, process.mountNs, trace);
    if (result.value !== null) {
      const sb = typeof answer === 'number' ? (context.fc.sb ?? create(context.fc)) : answer;
      context.bpffs ??= this.#bpffs(sb, `opened-on-line-${context.line}`, at.line, context.isShown && !context.isCut);
      this.#state.opened(process, result.value, {
        kind: 'bpffs',
        bpffs: context.bpffs,
        isRoot: true,
        isPathOnly: true,
      });
      process.lastDirectory = result.value;
    }
    return told('fsmount', typeof answer === 'number' ? answer : 0, trace, context.isShown && process.cred.isShown);
  }

  #bpffs({ userns, options }: Superblock, name: string, line: number, isShown: boolean): LogBpffs {
    return this.#state.shownBpffs({ name, userns, masks: { ...options.delegate }, isShown, line });
  }

  #moveMount(process: LogProcess, { args, result }: LoggedCall): void {
    const fd = numberOf(args[0]?.value);
    const file = fd === undefined ? undefined : process.files.get(fd);
    const path = pathOf(args[3]?.value);
    if (result.value !== 0 || file?.kind !== 'bpffs' || path === undefined) return;
    if (file.bpffs.isShown) file.bpffs.name = path;
    this.#state.mounted(process, path, file.bpffs);
  }

  #mount(process: LogProcess, { args, result, at }: LoggedCall): MountAnswer | undefined {
    const [source, target, type] = [0, 1, 2].map((i) => pathOf(args[i]?.value));
    if (type !== 'bpf') {
      if (result.value === 0 && source !== undefined && target !== undefined && isBind(args[3]?.value))
        bind(process, source, target);
      return undefined;
    }
    const trace = new Trace({ steps: true });
    const isWhole = !isCut(args[4]?.value);
    const given = pathOf(args[4]?.value) ?? '';
    // The last option of a text that strace cut is not whole.
    const data = isWhole ? given : given.slice(0, Math.max(0, given.lastIndexOf(',')));
    const answer = mount(this.#profile, process.kernelCred, process.mountNs, { source: source ?? '', data }, trace);
    if (result.value === 0 && target !== undefined) {
      const sb = typeof answer === 'number' ? this.#asMounted(process, data) : answer;
      this.#state.mounted(process, target, this.#bpffs(sb, target, at.line, isWhole));
    }
    if (!isWhole && answer !== -ERRNO.EPERM) return undefined;
    const what = `mount bpf${data === '' ? '' : ` ${data}`}`;
    return told(what, typeof answer === 'number' ? answer : 0, trace, process.cred.isShown);
  }

  /** What the kernel made of options that the answer refuses. */
  #asMounted(process: LogProcess, data: string): Superblock {
    const fc = contextOf(process);
    for (const option of data.split(',')) {
      const at = option.indexOf('=');
      if (at > 0) this.#setAnyway(fc, option.slice(0, at), option.slice(at + 1));
    }
    return create(fc);
  }
}

const MAX_CONTEXTS = 4096;
/** The options of bpffs. */
const OPTION = /^(?:delegate_(?:cmds|maps|progs|attachs)|uid|gid|mode|source)$/;
/** MS_BIND of mount(2), without MS_REMOUNT. */
const MS_BIND = 0x1000;
const MS_REMOUNT = 0x20;

function contextOf(process: LogProcess): FsContext {
  const { euid } = process.kernelCred;
  const options = { uid: euid, gid: euid, mode: 0o777, delegate: { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n } };
  return { userns: process.cred.userns, phase: 'create_params', options, flags: new Set(), source: null, sb: null };
}

function create(fc: FsContext): Superblock {
  const sb = {
    userns: fc.userns,
    options: { ...fc.options, delegate: { ...fc.options.delegate } },
    tokenDenials: { cmds: 0n, caps: 0n },
    lsmCreateErrno: 0,
  };
  fc.sb = sb;
  fc.phase = 'awaiting_mount';
  return sb;
}

function told(what: string, answer: number, trace: Trace, isShown: boolean): MountAnswer {
  const failed = trace.steps?.findLast(({ ok }) => !ok)?.text;
  if (answer >= 0) return { what, errno: null, why: undefined, isShown };
  const why =
    failed ?? (answer === -ERRNO.EINVAL ? 'the option, or its value, is not one that bpffs takes' : undefined);
  return { what, errno: errnoName(answer), why, isShown };
}

/** Whether strace left out the end of a text (-s). */
function isCut(value: LoggedValue | undefined): boolean {
  return value?.kind === 'text' && value.isCut;
}

function isBind(flags: LoggedValue | undefined): boolean {
  const words = flagWords(flags);
  const bits = words.reduce((sum, word) => sum | (wordNumber(word) ?? 0), 0);
  const has = (name: string, bit: number) => words.includes(name) || (bits & bit) !== 0;
  return has('MS_BIND', MS_BIND) && !has('MS_REMOUNT', MS_REMOUNT);
}

/** What is mounted below a path can be seen below another. */
function bind(process: LogProcess, source: string, target: string): void {
  for (const [path, bpffs] of [...process.mounts]) {
    if (path !== source && !path.startsWith(`${source}/`)) continue;
    if (process.mounts.size < MAX_MOUNTS) process.mounts.set(`${target}${path.slice(source.length)}`, bpffs);
  }
}

function wordOf(value: LoggedValue | undefined): string {
  return value?.kind === 'word' ? value.word : '';
}
