import { type Delegation, delegatesAnything } from './delegation.js';

/** Why it is not clear which delegation of a file is meant: no such name, nothing is described, or several can be meant. */
export type UnclearDelegation = 'unknown_name' | 'none' | 'several';

/**
 * The delegation that a name means: of several with it, the only one that can be used, as the others are mounted over. A name of
 * distinctNames() means one. Without a name the only one that can be used; else the only one that delegates something; else the only one.
 */
export function meantDelegation(
  delegations: readonly Delegation[],
  name: string | undefined,
): Delegation | UnclearDelegation {
  if (name !== undefined) {
    const named = delegations.filter((delegation) => delegation.name === name);
    const numbered = delegations[distinctNames(delegations).indexOf(name)];
    return onlyOf(named.length === 0 && numbered ? [numbered] : named, 'unknown_name');
  }
  const delegating = delegations.filter(delegatesAnything);
  return onlyOf(delegating.length > 0 ? delegating : delegations, 'none');
}

/** The names of delegations; `name#1`, `name#2` where several have one. */
export function distinctNames(delegations: readonly Delegation[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { name } of delegations) counts.set(name, (counts.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return delegations.map(({ name }) => {
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return counts.get(name) === 1 ? name : `${name}#${number}`;
  });
}

function onlyOf(delegations: readonly Delegation[], none: UnclearDelegation): Delegation | UnclearDelegation {
  const usable = delegations.filter(({ unusable }) => unusable === undefined);
  const [only, ...others] = usable.length > 0 ? usable : delegations;
  if (!only) return none;
  return others.length === 0 ? only : 'several';
}
