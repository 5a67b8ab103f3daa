import type { ResolvedDelegation } from '../dialects/resolve_delegation.js';
import { MASK_NAMES } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import { parseScenario, type Scenario, ScenarioError } from './parse_scenario.js';
import { capsEntry, maskEntry, profileEntry, scenarioYaml } from './scenario_yaml.js';
import { validName } from './valid_name.js';

/** A delegation as a scenario: its bpffs, the process that it is for, and the token that the process makes. */
export interface DelegationScenario {
  /** The scenario file. */
  readonly text: string;
  readonly scenario: Scenario;
  /** Name of the task, and of the bpffs and the token where there are any. */
  readonly name: string;
  /** Why the process has no token; undefined where it has one. */
  readonly noToken: string | undefined;
}

/** The user namespace of a delegation that has one of its own. */
const OWN = 'own';

/** What of a delegation a scenario has. */
type Extent = 'task' | 'bpffs' | 'token';

/**
 * A delegation as a scenario for a kernel. The process makes the token itself, with its own capabilities: where the kernel refuses
 * that, or the delegation cannot be used, the scenario has no token.
 */
export function delegationScenario(profile: Profile, delegation: ResolvedDelegation): DelegationScenario {
  const { unusable } = delegation;
  const refusals: string[] = [];
  const extents: readonly Extent[] = unusable === undefined ? ['token', 'bpffs'] : ['bpffs'];
  for (const extent of extents) {
    try {
      return written(profile, delegation, extent, unusable ?? refusals[0]);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      refusals.push(error.diagnostics.map(({ message }) => message).join('; '));
    }
  }
  return written(profile, delegation, 'task', unusable ?? refusals[0]);
}

function written(
  profile: Profile,
  delegation: ResolvedDelegation,
  extent: Extent,
  noToken: string | undefined,
): DelegationScenario {
  const name = validName(delegation.name, 'delegation');
  const text = scenarioYaml(sections(profile, delegation, name, extent));
  return { text, scenario: parseScenario(text), name, noToken };
}

function sections(
  profile: Profile,
  { owner, process, ...rest }: ResolvedDelegation,
  name: string,
  extent: Extent,
): object {
  const needsOwn = process.userns === 'own' || (extent !== 'task' && owner === 'own');
  const { masks, uid, gid, mode } = rest;
  const delegated = MASK_NAMES.filter((mask) => masks[mask].bits !== 0n);
  const bpffs = {
    ...(owner === 'own' ? { userns: OWN } : {}),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(mode === undefined ? {} : { mode: mode.toString(8).padStart(4, '0') }),
    ...Object.fromEntries(delegated.map((mask) => [`delegate_${mask}`, maskEntry(profile, mask, masks[mask].bits)])),
  };
  const task = {
    ...(process.userns === 'own' ? { userns: OWN } : {}),
    euid: process.uid,
    caps: capsEntry(process.caps),
  };
  return {
    profile: profileEntry(profile),
    ...(needsOwn ? { userns: { [OWN]: { parent: 'init', owner: 0 } } } : {}),
    ...(extent === 'task' ? {} : { bpffs: { [name]: bpffs } }),
    tasks: { [name]: task },
    ...(extent === 'token' ? { tokens: { [name]: { bpffs: name, creator: name } } } : {}),
  };
}
