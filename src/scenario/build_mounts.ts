import { CAP_FULL_SET } from '../abi/capabilities.js';
import { ERRNO, type ErrnoName, errnoName } from '../abi/errno.js';
import type { Superblock } from '../kernel/bpffs.js';
import { NO_DENIALS } from '../kernel/denials.js';
import type { Kernel } from '../kernel/kernel.js';
import { MASK_NAMES, type MaskName } from '../kernel/masks.js';
import type { Task } from '../kernel/task.js';
import { Trace } from '../kernel/trace.js';
import type { UserNamespace } from '../kernel/userns.js';
import type { BpffsSpec } from '../kernel/world.js';
import { nearestOf } from '../names/nearest.js';
import { unknownName } from '../names/unknown_name.js';
import type { Context } from './build_context.js';
import { INIT, type MadeUserns, type UsernsByName } from './build_namespaces.js';
import { deadCommands, optionValues, overwrittenNames, valueRefused } from './delegate_masks.js';
import { resolveReference } from './references.js';
import { type BpffsEntry, ERRNO_NAMES, type ScenarioFile } from './schema.js';

/** A mounted bpffs: its place in the world and the instance. */
export interface MadeBpffs {
  readonly index: number;
  readonly sb: Superblock;
}

/** Instances by name. `undefined` as a value: written, and its problem is already told. */
export type BpffsByName = ReadonlyMap<string, MadeBpffs | undefined>;

export interface Mounts {
  readonly specs: readonly BpffsSpec[];
  readonly byName: BpffsByName;
}

/**
 * Mounts every bpffs through the simulated system calls, as a container manager does: opened by a root of its user
 * namespace, its options set and the instance made by root of the initial one.
 */
export function mountAll(
  entries: NonNullable<ScenarioFile['bpffs']>,
  namespaces: UsernsByName,
  context: Context,
): Mounts {
  const specs: BpffsSpec[] = [];
  const byName = new Map<string, MadeBpffs | undefined>();
  for (const [name, entry] of Object.entries(entries)) {
    const made = mountOne(name, entry ?? {}, namespaces, context);
    if (!made) {
      byName.set(name, undefined);
      continue;
    }
    const { home, sb } = made;
    byName.set(name, { index: specs.length, sb });
    const { options, lsmCreateErrno } = sb;
    specs.push({ name, userns: home.index, options, denials: NO_DENIALS, lsmCreateErrno });
  }
  return { specs, byName };
}

function mountOne(
  name: string,
  entry: BpffsEntry,
  namespaces: UsernsByName,
  context: Context,
): { home: MadeUserns; sb: Superblock } | undefined {
  const { kernel, locator, diagnostics } = context;
  const home = resolveReference(
    namespaces,
    'user namespace',
    entry.userns ?? INIT,
    ['bpffs', name, 'userns'],
    locator,
    diagnostics,
  );
  const createErrno = lsmErrno(name, entry, context);
  const opener = rootOf(kernel, home?.userns ?? kernel.initUserns);
  const setter = kernel.root();
  const fd = kernel.fsopen(opener);
  const passed = opener.files.sendTo(setter.files, fd);
  const settable = setOptions(name, entry, setter, passed, context);
  if (!home || !settable || createErrno === undefined) return undefined;

  const trace = new Trace({ steps: true });
  const created = kernel.fsconfigCreate(setter, passed, { createErrno }, trace);
  const mount = created < 0 ? created : kernel.fsmount(opener, fd, trace);
  const root = mount < 0 ? mount : kernel.openat(opener, mount, '.');
  const file = root < 0 ? undefined : opener.files.fdget(root);
  if (file?.kind !== 'bpffs') {
    diagnostics.add(locator.key(['bpffs', name]), `bpffs ${name} cannot be mounted: ${errnoName(root)}: ${why(trace)}`);
    return undefined;
  }
  return { home, sb: file.sb };
}

/** Root of a user namespace, with every capability there. */
export function rootOf(kernel: Kernel, userns: UserNamespace): Task {
  return kernel.task(`root of ${userns.name}`, { userns, euid: 0, egid: 0, effective: CAP_FULL_SET });
}

/** Every option, one fsconfig() call per value; whether the kernel took them all. */
function setOptions(name: string, entry: BpffsEntry, setter: Task, fd: number, context: Context): boolean {
  const { kernel, locator, diagnostics, warnings } = context;
  let fine = true;
  const set = (key: string, value: string, complain: (errno: number) => void) => {
    const answer = kernel.fsconfigSetString(setter, fd, key, value);
    if (answer >= 0) return;
    fine = false;
    complain(answer);
  };

  for (const key of ['uid', 'gid'] as const) {
    const id = entry[key];
    if (id === undefined) continue;
    const at = locator.value(['bpffs', name, key]);
    if (!kernel.profile.rules.bpffs_uid_gid) {
      warnings.push({ ...at, message: `bpffs ${name}: ${kernel.profile.name} has no option ${key} and ignores it` });
    }
    set(key, String(id), (errno) => {
      diagnostics.add(at, `bpffs ${name}: ${key} ${id} is refused: ${errnoName(errno)}`);
    });
  }
  if (entry.mode !== undefined) {
    // As written: YAML reads 755 and 0o755 as different numbers, and both mean the same to a person.
    const written = locator.source(['bpffs', name, 'mode']) ?? String(entry.mode);
    set('mode', written.replace(/^0o/i, ''), () => {
      diagnostics.add(locator.value(['bpffs', name, 'mode']), {
        message: `bpffs ${name}: mode is ${written}: expected octal digits, as in "0755"`,
        expected: 'octal digits, as in "0755"',
      });
    });
  }
  for (const mask of MASK_NAMES) fine = setMask(name, entry, mask, set, context) && fine;
  return fine;
}

function setMask(
  name: string,
  entry: BpffsEntry,
  mask: MaskName,
  set: (key: string, value: string, complain: (errno: number) => void) => void,
  { kernel: { profile }, locator, diagnostics, warnings }: Context,
): boolean {
  const key = `delegate_${mask}` as const;
  const written = entry[key];
  if (written === undefined) return true;
  const path = ['bpffs', name, key];
  const option = optionValues(profile, mask, written);
  if ('wrong' in option) {
    const { wrong } = option;
    diagnostics.add(locator.value([...path, option.item]), {
      ...wrong,
      message: `bpffs ${name}: ${key}: ${wrong.message}`,
    });
    return false;
  }
  for (const value of option.values) {
    set(key, value, (errno) => {
      const shown = Array.isArray(written) ? value : (locator.source(path) ?? value);
      const complaint = valueRefused(profile, mask, key, shown, errno);
      diagnostics.add(locator.value(path), { ...complaint, message: `bpffs ${name}: ${complaint.message}` });
    });
  }
  const lost = overwrittenNames(written);
  if (lost.length > 0) {
    const message = `bpffs ${name}: ${key}: the number takes the place of what stands before it: ${lost.join(', ')}`;
    warnings.push({ ...locator.value(path), message });
  }
  const dead = mask === 'cmds' ? deadCommands(profile, written) : [];
  const [first] = dead;
  if (first) {
    const at = locator.value(first.item === undefined ? path : [...path, first.item]);
    const what = dead.map((command) => command.name).join(', ');
    warnings.push({
      ...at,
      message: `bpffs ${name}: delegating ${what} has no effect: no command asks a token for it`,
    });
  }
  return true;
}

/** The errno an LSM answers BPF_TOKEN_CREATE with: 0 for none, undefined for a name that is none (noted). */
function lsmErrno(name: string, { lsm }: BpffsEntry, { locator, diagnostics }: Context): number | undefined {
  const written = lsm?.deny_token_create;
  if (written === undefined) return 0;
  const errno = written.toUpperCase();
  if (Object.hasOwn(ERRNO, errno)) return ERRNO[errno as ErrnoName];
  const complaint = unknownName('errno', written, ERRNO_NAMES, nearestOf(errno, ERRNO_NAMES));
  diagnostics.add(locator.value(['bpffs', name, 'lsm', 'deny_token_create']), complaint);
  return undefined;
}

/** The words of the check that failed. */
export function why(trace: Trace): string {
  return trace.steps?.findLast(({ ok }) => !ok)?.text ?? 'no check said why';
}
