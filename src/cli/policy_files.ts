import { bitNumbers } from '../abi/bits.js';
import { CAP_FULL_SET } from '../abi/capabilities.js';
import { capName } from '../kernel/capability.js';
import type { Profile } from '../kernel/profile.js';
import type { World } from '../kernel/world.js';
import { Policy } from '../policy/policy.js';
import { parsePattern } from '../policy/request_pattern.js';
import type { PolicyQuestion } from '../report/policy_text.js';
import type { PolicyFile } from '../report/policy_witness.js';
import { InputError } from './exit.js';
import type { LoadedScenario, MissingFacts } from './loaded_scenario.js';
import { withTaskCapabilities, worldOf } from './request_options.js';
import {
  isScenario,
  readScenarioFile,
  readScenarioText,
  requireTasks,
  scenarioOfText,
  warnOfFile,
} from './scenario_file.js';

/** A policy that is asked, and the file that it comes from. */
export interface LoadedPolicy {
  readonly world: World;
  readonly file: PolicyFile;
}

/** Reads a scenario, or a file of another tool in place of one, to ask about every request there is. Throws as readScenarioFile() does. */
export async function loadPolicy(path: string, facts: MissingFacts): Promise<LoadedPolicy> {
  return policyOf(path, await readScenarioFile(path, facts), facts);
}

/**
 * The same of two files; without a second, of one file twice. What is said of files of other tools is not said of a scenario that stands beside
 * one. `otherProfile` is the kernel that is asked of the second policy.
 */
export async function loadPolicies(
  [path, second]: readonly [string, string?],
  facts: MissingFacts,
  otherProfile?: Profile,
): Promise<readonly [LoadedPolicy, LoadedPolicy]> {
  if (path === '-' && second === '-') throw new InputError('both policies are standard input: name a file for one');
  const other = second ?? path;
  const paths = [path, other] as const;
  const first = readScenarioText(path);
  const texts = [first, other === path ? first : readScenarioText(other)] as const;
  const areScenarios = texts.map((text) => facts.dialect === undefined && isScenario(text));
  const isMixed = areScenarios[0] !== areScenarios[1];
  const load = async (side: 0 | 1) => {
    const own = isMixed && areScenarios[side] ? { profile: facts.profile } : facts;
    const asked = side === 1 && otherProfile ? { ...own, profile: otherProfile } : own;
    return policyOf(paths[side], await scenarioOfText(paths[side], texts[side], asked), asked);
  };
  return [await load(0), await load(1)];
}

function policyOf(path: string, scenario: LoadedScenario, facts: MissingFacts): LoadedPolicy {
  warnOfFile(path, scenario);
  requireTasks(path, scenario.world);
  return {
    world: withCommonNames(scenario, worldOf(scenario, facts.profile)),
    file: { path, options: optionsOf(facts), hasDefaults: scenario.defaults !== undefined },
  };
}

/** A policy whose tasks have other capabilities. */
export function withCapabilities({ world, file }: LoadedPolicy, caps: bigint): LoadedPolicy {
  const options = [...file.options, '--with-caps', capabilityList(caps)];
  return { world: withTaskCapabilities(world, caps), file: { ...file, options } };
}

/** The options that say what was said of a file, to say it again. */
function optionsOf(facts: MissingFacts): string[] {
  const texts: Readonly<Record<keyof MissingFacts, string | undefined>> = {
    profile: facts.profile?.name,
    dialect: facts.dialect,
    kernel: facts.kernel?.name,
    systemd: facts.systemd?.toString(),
    manager: facts.manager?.join('.'),
    owner: facts.owner,
    uid: facts.uid?.toString(),
    caps: facts.caps === undefined ? undefined : capabilityList(facts.caps),
    delegation: facts.delegation,
  };
  return Object.entries(texts).flatMap(([option, text]) => (text === undefined ? [] : [`--${option}`, text]));
}

/** A set as options take it. */
function capabilityList(caps: bigint): string {
  if (caps === CAP_FULL_SET) return 'all';
  return bitNumbers(caps).map(capName).join(',') || 'none';
}

/** Files of other tools have one task and one token: these are the same, whatever the files call them. */
function withCommonNames({ defaults }: LoadedScenario, world: World): World {
  if (!defaults) return world;
  const named = <Item extends { readonly name: string }>(items: readonly Item[], name: string): Item[] =>
    items.map((item, i) => ({ ...item, name: i === 0 ? name : item.name }));
  return {
    ...world,
    tasks: named(world.tasks, 'process'),
    tokens: named(world.tokens, 'token'),
    bpffs: named(world.bpffs, 'bpffs'),
  };
}

/** Asks a policy of one world or of two, and frees it. Throws a PatternError for a pattern that cannot be read. */
export function withPolicy<Result>(
  policies: readonly LoadedPolicy[],
  pattern: string | undefined,
  ask: (question: PolicyQuestion) => Result,
): Result {
  const policy = new Policy(policies.map(({ world }) => world));
  try {
    const meant = pattern === undefined ? undefined : parsePattern(pattern, policy.aligned);
    return ask({ policy, files: policies.map(({ file }) => file), pattern: meant });
  } finally {
    policy.dispose();
  }
}
