import { CAP_FULL_SET } from '../../abi/capabilities.js';
import type { ProcessFacts } from './host_facts.js';
import type { UsernsTree } from './userns_tree.js';

/** Processes that bpf() answers alike: one task of a scenario. */
export interface TaskGroup {
  /** Inode number of their user namespace. */
  readonly userns: number;
  /** Global. */
  readonly euid: number;
  /** Effective capabilities that have a name: bit n for capability n. */
  readonly effective: bigint;
  /** In order of pids. */
  readonly processes: readonly ProcessFacts[];
}

/** Groups processes by user namespace, effective uid and effective capabilities. One whose user namespace is not known is left out. */
export function taskGroups(processes: readonly ProcessFacts[], tree: UsernsTree): TaskGroup[] {
  const groups = new Map<string, TaskGroup & { readonly processes: ProcessFacts[] }>();
  for (const process of processes) {
    const userns = tree.of(process);
    if (userns === undefined) continue;
    const [, euid] = process.uid;
    const effective = BigInt(`0x${process.effective}`) & CAP_FULL_SET;
    const key = `${userns} ${euid} ${effective}`;
    const before = groups.get(key);
    if (before) before.processes.push(process);
    else groups.set(key, { userns, euid, effective, processes: [process] });
  }
  return [...groups.values()];
}
