import { CAP_FULL_SET } from '../abi/capabilities.js';
import {
  type BpffsOwner,
  type DelegateProcess,
  type Delegation,
  type DelegationAssumption,
  delegatesAnything,
} from './delegation.js';

/** What is said besides a file, where the file cannot say it. */
export interface GivenFacts {
  readonly owner?: BpffsOwner | undefined;
  /** Uid of the process inside of its user namespace. */
  readonly uid?: number | undefined;
  /** Effective capabilities of the process: bit n for capability n. */
  readonly caps?: bigint | undefined;
}

/** A delegation of which everything is known. */
export interface ResolvedDelegation extends Delegation {
  readonly owner: BpffsOwner;
  readonly process: DelegateProcess;
}

/** Rules by which facts are assumed, each with its sentence. */
const OWNER_ASSUMED =
  'the bpffs belongs to a user namespace of its own (--owner): in the initial one no token can be made of it';

/** What a file cannot say is taken from what is given, or assumed by a stated rule. Facts that the file has win. */
export function resolveDelegation(
  delegation: Delegation,
  given: GivenFacts,
): { readonly resolved: ResolvedDelegation; readonly assumptions: readonly DelegationAssumption[] } {
  const assumptions: DelegationAssumption[] = [...(delegation.assumptions ?? [])];
  const { name, unusable } = delegation;
  // A bpffs that delegates nothing, as every host has one, gives no token wherever it belongs.
  const isEmpty = delegation.kind === 'bpffs' && !delegatesAnything(delegation);
  const owner = delegation.owner ?? given.owner ?? (isEmpty ? 'init' : 'own');
  if (delegation.owner === undefined && given.owner === undefined && !isEmpty) {
    assumptions.push({ about: 'owner', of: name, text: OWNER_ASSUMED });
  }
  const uid = delegation.process?.uid ?? given.uid ?? 0;
  const caps = delegation.process?.caps ?? given.caps ?? CAP_FULL_SET;
  if (!delegation.process && !isEmpty && (given.uid === undefined || given.caps === undefined)) {
    const who = given.uid === undefined ? 'root' : `user ${uid}`;
    const what = given.caps === undefined ? ', with every capability there (--caps)' : '';
    assumptions.push({
      about: 'process',
      of: name,
      text: `the process is ${who} of the user namespace that the bpffs belongs to${what}`,
    });
  }
  const process = delegation.process ?? { userns: owner, uid, caps };
  const nothing = isEmpty ? 'it delegates nothing (ENOENT)' : undefined;
  return { resolved: { ...delegation, owner, process, unusable: unusable ?? nothing }, assumptions };
}
