import { type Delegation, delegatesAnything } from './delegation.js';

/** Why it is not clear which delegation of a file is meant: no such name, nothing is described, or several can be meant. */
export type UnclearDelegation = 'unknown_name' | 'none' | 'several';

/**
 * The delegation that a name means: of two at one place the later, which is what a process sees. Without a name the only one that can
 * be used; else the only one that delegates something; else the only one.
 */
export function meantDelegation(
  delegations: readonly Delegation[],
  name: string | undefined,
): Delegation | UnclearDelegation {
  if (name !== undefined) return delegations.findLast((delegation) => delegation.name === name) ?? 'unknown_name';
  const delegating = delegations.filter(delegatesAnything);
  const usable = delegating.filter(({ unusable }) => unusable === undefined);
  const [only, ...others] = [usable, delegating, delegations].find(({ length }) => length > 0) ?? [];
  if (!only) return 'none';
  return others.length === 0 ? only : 'several';
}
