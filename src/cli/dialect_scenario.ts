import type { Delegation } from '../dialects/delegation.js';
import type { FileAccount } from '../dialects/line_account.js';
import { distinctNames, meantDelegation } from '../dialects/meant_delegation.js';
import { readDelegations } from '../dialects/read_delegations.js';
import { type ResolvedDelegation, resolveDelegation } from '../dialects/resolve_delegation.js';
import type { Source } from '../dialects/source_text.js';
import { NEWEST_PROFILE, type Profile } from '../kernel/profile.js';
import { nearestOf } from '../names/nearest.js';
import { delegationScenario } from '../scenario/delegation_scenario.js';
import type { Warning } from '../scenario/parse_scenario.js';
import { readDialectFiles } from './dialect_files.js';
import { InputError } from './exit.js';
import type { LoadedScenario, MissingFacts } from './loaded_scenario.js';

/** A delegation of a file, with all that the file cannot say given or assumed. */
export interface ReadOneDelegation {
  readonly profile: Profile;
  readonly resolved: ResolvedDelegation;
  /** A sentence for each thing that was assumed. */
  readonly assumed: readonly string[];
  /** A sentence for each option that says what the file says itself. */
  readonly unused: readonly string[];
  readonly files: readonly FileAccount[];
}

/** Reads the delegation of a file that is meant. Throws InputError for a file that is not of its format, or has none or several. */
export function readDelegation(source: Source, facts: MissingFacts, attached: readonly Source[]): ReadOneDelegation {
  const given = facts.kernel ?? facts.profile;
  const profile = given ?? NEWEST_PROFILE;
  const { files, delegations } = readDelegations(
    source,
    { format: facts.dialect, profile, systemd: facts.systemd, manager: facts.manager },
    attached,
  );
  const failure = files.find(({ status }) => status === 'failed')?.warnings[0];
  if (failure) {
    const { file, line, column, message } = failure;
    throw new InputError(`${file}:${line}:${column}: ${message}`, { file: source.file });
  }
  const delegation = chosen(source.file, delegations, facts.delegation);
  const { resolved, assumptions } = resolveDelegation(delegation, facts);
  const kernel = `names and numbers are those of ${profile.name} (--kernel)`;
  const assumed = [...assumptions.map(({ text }) => text), ...(given ? [] : [kernel])];
  return { profile, resolved, assumed, unused: unusedFacts(delegation, facts), files };
}

/** What the file says wins. */
function unusedFacts({ owner, process }: Delegation, facts: MissingFacts): string[] {
  const said = {
    owner: owner !== undefined && facts.owner !== undefined,
    uid: process !== undefined && facts.uid !== undefined,
    caps: process !== undefined && facts.caps !== undefined,
  };
  const unused = Object.entries(said).flatMap(([option, is]) => (is ? [`--${option}`] : []));
  return unused.map((option) => `${option} is not used: the file says it`);
}

/** A file of another tool as a scenario: its delegation, for a process that makes the token itself. Throws InputError. */
export function dialectScenario(source: Source, facts: MissingFacts, attached: readonly Source[]): LoadedScenario {
  const { profile, resolved, assumed, unused, files } = readDelegation(source, facts, attached);
  const { scenario, name, noToken } = delegationScenario(profile, resolved);
  const { file, line, column } = resolved.at;
  const remarks = [
    ...assumed.map((text) => `assumed: ${text}`),
    ...unused,
    ...(noToken === undefined ? [] : [`the process has no token: ${noToken}`]),
  ];
  const warnings: Warning[] = [
    ...files.flatMap((account) => account.warnings),
    ...remarks.map((message) => ({ file, line, column, message })),
  ];
  return { ...scenario, warnings, defaults: { bpffs: name, token: noToken === undefined ? name : undefined } };
}

/** The drop-ins of a unit, from the folder beside it. */
export function dropInsBeside(path: string): readonly Source[] {
  return path === '-' ? [] : (readDialectFiles([path])[0]?.attached ?? []);
}

/** The delegation that is asked for; without a name the only one that can be meant. */
function chosen(file: string, delegations: readonly Delegation[], name: string | undefined): Delegation {
  const found = meantDelegation(delegations, name);
  if (typeof found === 'object') return found;
  const names = distinctNames(delegations);
  if (found === 'none') throw new InputError(`${file}: no delegation is described here`, { file });
  if (found === 'several') {
    const message = `${file} describes several delegations: name one with --delegation: ${names.join(', ')}`;
    throw new InputError(message, { file });
  }
  const nearest = nearestOf(name ?? '', names);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  const message = `${file} describes no delegation ${name}${hint} (it has ${names.join(', ') || 'none'})`;
  throw new InputError(message, { file, nearest });
}
