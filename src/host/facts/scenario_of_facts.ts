import { grouped } from '../../grouped.js';
import { areEmpty, MASK_NAMES, type Masks } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import { capsEntry, maskEntry, scenarioYaml } from '../../scenario/scenario_yaml.js';
import { printable } from '../../text/printable.js';
import { bpffsInstances, withMasksOfTokens } from './bpffs_instances.js';
import { type HostFacts, INITIAL_USERNS, type ProcessFacts, UNSEEN_KINDS, type UnseenFacts } from './host_facts.js';
import { hostProfile } from './host_profile.js';
import { nameUserns } from './name_userns.js';
import { placeBpffs, type ScenarioBpffs } from './place_bpffs.js';
import { placeTokens } from './place_tokens.js';
import { type TaskGroup, taskGroups } from './task_groups.js';
import { heldTokens } from './token_groups.js';
import { UniqueNames } from './unique_names.js';
import { usernsTree } from './userns_tree.js';

/** How much of each kind a host has, and a scenario of it. */
export interface SnapshotCounts {
  /** Processes that were read, and what was left out of them: threads of the kernel, and processes that ended. */
  readonly processes: number;
  readonly kernelThreads: number;
  readonly ended: number;
  /** Namespaces of the host. */
  readonly userns: number;
  readonly mountNamespaces: number;
  /** Instances of bpffs on the host, and those of them that delegate something. */
  readonly instances: number;
  readonly delegating: number;
  /** Descriptors of tokens on the host. */
  readonly tokenDescriptors: number;
  /** Entries of the scenario. */
  readonly tasks: number;
  readonly bpffs: number;
  readonly tokens: number;
}

/** A host as a scenario. */
export interface SnapshotScenario {
  /** The scenario file. */
  readonly text: string;
  readonly profile: Profile;
  readonly counts: SnapshotCounts;
  /** What is assumed where the host does not say it, a sentence each. */
  readonly assumptions: readonly string[];
  /** What the host has and the scenario does not, a sentence each. */
  readonly leftOut: readonly string[];
}

/** Pids that a comment lists. */
const SHOWN_PIDS = 8;

/**
 * The world of a host as a scenario: its user namespaces, each bpffs instance, one task for all processes that bpf() answers alike, and
 * one token for all that allow the same there. The text parses, whatever the facts are, but for one of more entries or bytes than a scenario
 * may have. Nothing but the facts is read.
 */
export function scenarioOfFacts(facts: HostFacts): SnapshotScenario {
  const { profile, assumption } = hostProfile(facts.kernel);
  const tree = usernsTree(facts);
  const names = nameUserns(tree, facts);
  const nameOf = (ino: number): string => names.get(ino) ?? 'init';
  const held = heldTokens(facts, profile);
  const mounted = bpffsInstances(facts, profile);
  const instances = withMasksOfTokens(mounted.instances, held);
  const placed = placeBpffs(instances, held, tree, facts, nameOf);
  const { tokens, bpffs: ofTokens, leftOut } = placeTokens(held, placed.bpffs, tree, nameOf);
  const bpffs = [...placed.bpffs, ...ofTokens];
  const groups = taskGroups(facts.processes, tree);
  const tasks = nameTasks(groups, nameOf);
  const unplaced = facts.processes.length - groups.reduce((all, { processes }) => all + processes.length, 0);
  const assumptions = [
    ...(assumption === undefined ? [] : [assumption]),
    ...readerAssumptions(facts),
    ...tree.assumptions,
    ...placed.assumptions,
    ...sysctlAssumption(facts),
  ].map(printable);
  const left = [
    ...(unplaced === 0 ? [] : [`${unplaced} of the processes: nothing of their user namespaces can be seen`]),
    ...mounted.warnings,
    ...leftOut,
  ].map(printable);
  const counts: SnapshotCounts = {
    processes: facts.processes.length,
    kernelThreads: facts.kernel_threads,
    ended: facts.ended,
    userns: tree.nodes.length + 1,
    mountNamespaces: facts.mount_namespaces.length,
    instances: instances.length,
    delegating: instances.filter(({ masks }) => !areEmpty(masks)).length,
    tokenDescriptors: facts.tokens.length,
    tasks: tasks.length,
    bpffs: bpffs.length,
    tokens: tokens.length,
  };
  const data = {
    profile: profile.name,
    unprivileged_bpf_disabled: sysctlOf(facts) ?? 2,
    userns: entries(tree.nodes, ({ ino, parent, owner }) => [nameOf(ino), { parent: nameOf(parent), owner }]),
    bpffs: entries(bpffs, (one) => [one.name, bpffsEntry(profile, one, nameOf)]),
    tasks: entries(tasks, ({ name, group: { userns, euid, effective } }) => [
      name,
      { userns: nameOf(userns), euid, caps: capsEntry(effective) },
    ]),
    tokens: entries(tokens, (token) => [token.name, { bpffs: token.bpffs }]),
  };
  const filled = Object.fromEntries(
    Object.entries(data).filter(([, value]) => typeof value !== 'object' || Object.keys(value).length > 0),
  );
  const text = scenarioYaml(filled, {
    head: headOf(facts, assumptions, left),
    entries: {
      bpffs: new Map(bpffs.map(({ name, comment }) => [name, [printable(comment)]])),
      tasks: new Map(tasks.map(({ name, group }) => [name, [processesText(group.processes)]])),
      tokens: new Map(tokens.map(({ name, comment }) => [name, [printable(comment)]])),
    },
  });
  return { text, profile, counts, assumptions, leftOut: left };
}

function entries<Item>(items: readonly Item[], entry: (item: Item) => readonly [string, object]): object {
  return Object.fromEntries(items.map(entry));
}

function bpffsEntry(profile: Profile, bpffs: ScenarioBpffs, nameOf: (ino: number) => string): object {
  const { userns, uid, gid, mode, masks } = bpffs;
  return {
    userns: nameOf(userns),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(mode === undefined ? {} : { mode: mode.toString(8).padStart(4, '0') }),
    ...masksEntry(profile, masks),
  };
}

function masksEntry(profile: Profile, masks: Readonly<Masks>): object {
  const delegated = MASK_NAMES.filter((mask) => masks[mask] !== 0n);
  return Object.fromEntries(delegated.map((mask) => [`delegate_${mask}`, maskEntry(profile, mask, masks[mask])]));
}

/** Tasks by the command of their first process; the numbers of processes are no part of a name, as they change while nothing else does. */
function nameTasks(
  groups: readonly TaskGroup[],
  nameOf: (ino: number) => string,
): { readonly name: string; readonly group: TaskGroup }[] {
  const names = new UniqueNames();
  return groups.map((group) => {
    const { userns, euid, processes } = group;
    const comm = processes[0]?.comm ?? '';
    const text = userns === INITIAL_USERNS ? comm : `${nameOf(userns)}/${comm}`;
    return { name: names.take(text, [`@${euid}`]), group };
  });
}

/** `40 processes: nginx (31), worker (pids 32, 33, ...)`. */
function processesText(processes: readonly ProcessFacts[]): string {
  const byComm = grouped(processes, ({ comm }) => comm);
  const shown = [...byComm].slice(0, SHOWN_PIDS).map(([comm, own]) => {
    const more = own.length > SHOWN_PIDS ? ` and ${own.length - SHOWN_PIDS} more` : '';
    const pids = own.slice(0, SHOWN_PIDS).map(({ pid }) => pid);
    return `${comm} ${pids.join(' ')}${more}`;
  });
  const others = byComm.size > SHOWN_PIDS ? `; ${byComm.size - SHOWN_PIDS} more commands` : '';
  const count = processes.length === 1 ? '1 process' : `${processes.length} processes`;
  return printable(`${count}: ${shown.join(', ')}${others}`);
}

function headOf(
  { kernel, machine, lsm, unseen }: HostFacts,
  assumptions: readonly string[],
  leftOut: readonly string[],
): readonly string[] {
  const modules = lsm ? `; security modules in force: ${lsm.join(', ')}, whose refusals are not known` : '';
  return [
    printable(`A snapshot of a host: Linux ${kernel}, ${machine}${modules}`),
    ...unseen.map((one) => `not seen: ${unseenText(one)}`),
    ...assumptions.map((text) => `assumed: ${text}`),
    ...leftOut.map((text) => `left out: ${text}`),
  ];
}

/** `user namespaces of processes (ns/user): 12, EACCES, as in /proc/1/ns/user`. */
export function unseenText({ what, why, count, example }: UnseenFacts): string {
  return printable(`${UNSEEN_KINDS[what]}: ${count}, ${why}, as in ${example}`);
}

function sysctlOf({ unprivileged_bpf_disabled: value }: HostFacts): 0 | 1 | 2 | undefined {
  return value === 0 || value === 1 || value === 2 ? value : undefined;
}

function sysctlAssumption(facts: HostFacts): string[] {
  return sysctlOf(facts) === undefined ? ['unprivileged_bpf_disabled is 2, as it cannot be read'] : [];
}

function readerAssumptions({ reader: { userns } }: HostFacts): string[] {
  if (userns === INITIAL_USERNS) return [];
  return ['ids are global; they are those that the user namespace of the reader shows, which is not the initial one'];
}
