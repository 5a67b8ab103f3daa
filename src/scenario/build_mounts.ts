import { CAP_FULL_SET } from '../abi/capabilities.js';
import { ERRNO, ERRNO_NAMES, type ErrnoName, errnoName } from '../abi/errno.js';
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
import { BPFFS_ROOT, mountSequence } from '../sequence/delegation.js';
import { SequenceRunner } from '../sequence/sequence_runner.js';
import type { Sequence, SystemCall } from '../sequence/system_call.js';
import type { Context } from './build_context.js';
import { INIT, type MadeUserns, type UsernsByName } from './build_namespaces.js';
import { deadCommands, optionValues, overwrittenNames, valueRefused } from './delegate_masks.js';
import { resolveReference } from './references.js';
import { maskEntry } from './scenario_yaml.js';
import type { BpffsEntry, ScenarioFile } from './schema.js';

/** The tasks of the sequence that mounts. */
const OPENER = 'root of the user namespace';
const DELEGATOR = 'root of the initial user namespace';

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
    const filled = filledIn(name, entry ?? {}, context);
    const made = filled && mountOne(name, filled, namespaces, context);
    if (!made) {
      byName.set(name, undefined);
      continue;
    }
    const { home } = made;
    // Whether the domain may mount is asked of classes that are not about BPF: it is only remembered.
    const domain = context.selinux?.label(filled.domain).domain;
    const sb = domain === undefined ? made.sb : { ...made.sb, creator: domain };
    byName.set(name, { index: specs.length, sb });
    const { options, lsmCreateErrno } = sb;
    const spec = { name, userns: home.index, options, denials: NO_DENIALS, lsmCreateErrno };
    specs.push(domain === undefined ? spec : { ...spec, domain });
  }
  return { specs, byName };
}

/** An entry with what the file that it names says; undefined where that cannot be had (noted). */
function filledIn(
  name: string,
  entry: BpffsEntry,
  { kernel, locator, diagnostics, named }: Context,
): BpffsEntry | undefined {
  const { from } = entry;
  if (from === undefined) return entry;
  const at = locator.value(['bpffs', name, 'from']);
  const delegation = named.find(from, at, `bpffs ${name}: `);
  if (!delegation) return undefined;
  const { owner, unusable, masks, uid, gid, mode } = delegation;
  if (unusable !== undefined)
    diagnostics.add(at, `bpffs ${name}: ${delegation.name}: no token can be made: ${unusable}`);
  if (owner === 'own' && entry.userns === undefined) {
    const what = 'the file gives it a user namespace of its own, and a scenario has to name which';
    diagnostics.add(at, `bpffs ${name}: userns is missing: ${what}, as in {from: FILE, userns: container}`);
    return undefined;
  }
  const delegated = MASK_NAMES.filter((mask) => masks[mask].bits !== 0n);
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(mode === undefined ? {} : { mode: mode.toString(8).padStart(4, '0') }),
    ...Object.fromEntries(
      delegated.map((mask) => [`delegate_${mask}`, maskEntry(kernel.profile, mask, masks[mask].bits)]),
    ),
    ...entry,
  };
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
  const delegator = kernel.root();
  const runner = new SequenceRunner(kernel, (who) => (who === DELEGATOR ? delegator : opener));
  const { options, areReadable } = mountOptions(name, entry, context);
  const sequence = mountSequence({
    opener: OPENER,
    delegator: DELEGATOR,
    options: options.map(({ key, value }) => [key, value]),
    lsmErrno: createErrno ?? 0,
  });
  const isBefore = ({ call }: SystemCall) => call === 'fsopen' || call === 'fsconfig_set_string';
  const areTaken = setOptions(runner, sequence.filter(isBefore), options);
  if (!home || !areReadable || !areTaken || createErrno === undefined) return undefined;

  const trace = new Trace({ steps: true });
  const last = runner
    .runAll(
      sequence.filter((call) => !isBefore(call)),
      trace,
    )
    .at(-1);
  const file = runner.file(BPFFS_ROOT);
  if (file?.kind !== 'bpffs') {
    const errno = errnoName(last?.result ?? 0);
    diagnostics.add(locator.key(['bpffs', name]), `bpffs ${name} cannot be mounted: ${errno}: ${why(trace)}`);
    return undefined;
  }
  return { home, sb: file.sb };
}

/** Root of a user namespace, with every capability there. */
export function rootOf(kernel: Kernel, userns: UserNamespace): Task {
  return kernel.task(`root of ${userns.name}`, { userns, euid: 0, egid: 0, effective: CAP_FULL_SET });
}

/** An option to set, and what to say where the kernel refuses it. */
interface MountOption {
  readonly key: string;
  readonly value: string;
  refused(errno: number): void;
}

/** Opens the context and makes one fsconfig() call per option; whether the kernel took them all. Each refused one is told. */
function setOptions(runner: SequenceRunner, calls: Sequence, options: readonly MountOption[]): boolean {
  let areTaken = true;
  let option = 0;
  for (const call of calls) {
    const result = runner.run(call);
    if (call.call !== 'fsconfig_set_string') continue;
    if (result < 0) {
      areTaken = false;
      options[option]?.refused(result);
    }
    option += 1;
  }
  return areTaken;
}

/** Every option of an entry, one per value; `areReadable` is false where one cannot be read (noted). */
function mountOptions(
  name: string,
  entry: BpffsEntry,
  context: Context,
): { readonly options: readonly MountOption[]; readonly areReadable: boolean } {
  const { kernel, locator, diagnostics, warnings } = context;
  const options: MountOption[] = [];
  for (const key of ['uid', 'gid'] as const) {
    const id = entry[key];
    if (id === undefined) continue;
    const at = locator.value(['bpffs', name, key]);
    if (!kernel.profile.rules.bpffs_uid_gid) {
      warnings.push({ ...at, message: `bpffs ${name}: ${kernel.profile.name} has no option ${key} and ignores it` });
    }
    options.push({
      key,
      value: String(id),
      refused: (errno) => diagnostics.add(at, `bpffs ${name}: ${key} ${id} is refused: ${errnoName(errno)}`),
    });
  }
  if (entry.mode !== undefined) {
    // As written: YAML reads 755 and 0o755 as different numbers, and both mean the same to a person.
    const written = locator.source(['bpffs', name, 'mode']) ?? String(entry.mode);
    options.push({
      key: 'mode',
      value: written.replace(/^0o/i, ''),
      refused: () =>
        diagnostics.add(locator.value(['bpffs', name, 'mode']), {
          message: `bpffs ${name}: mode is ${written}: expected octal digits, as in "0755"`,
          expected: 'octal digits, as in "0755"',
        }),
    });
  }
  const masks = MASK_NAMES.map((mask) => maskOptions(name, entry, mask, context));
  options.push(...masks.flatMap((found) => found ?? []));
  return { options, areReadable: !masks.includes(undefined) };
}

/** The options of one mask; undefined where it cannot be read (noted). */
function maskOptions(
  name: string,
  entry: BpffsEntry,
  mask: MaskName,
  { kernel: { profile }, locator, diagnostics, warnings }: Context,
): readonly MountOption[] | undefined {
  const key = `delegate_${mask}` as const;
  const written = entry[key];
  if (written === undefined) return [];
  const path = ['bpffs', name, key];
  const option = optionValues(profile, mask, written);
  if ('wrong' in option) {
    const { wrong } = option;
    diagnostics.add(locator.value([...path, option.item]), {
      ...wrong,
      message: `bpffs ${name}: ${key}: ${wrong.message}`,
    });
    return undefined;
  }
  const lost = overwrittenNames(written);
  if (lost.length > 0) {
    const message = `bpffs ${name}: ${key}: the number takes the place of what is before it: ${lost.join(', ')}`;
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
  return option.values.map((value) => ({
    key,
    value,
    refused: (errno) => {
      const shown = Array.isArray(written) ? value : (locator.source(path) ?? value);
      const complaint = valueRefused(profile, mask, key, shown, errno);
      diagnostics.add(locator.value(path), { ...complaint, message: `bpffs ${name}: ${complaint.message}` });
    },
  }));
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
