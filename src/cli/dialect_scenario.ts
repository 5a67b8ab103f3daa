import { type Delegation, delegatesAnything } from '../dialects/delegation.js';
import { readDelegations } from '../dialects/read_delegations.js';
import { resolveDelegation } from '../dialects/resolve_delegation.js';
import type { Source } from '../dialects/source_text.js';
import { NEWEST_PROFILE } from '../kernel/profile.js';
import { nearestOf } from '../names/nearest.js';
import { delegationScenario } from '../scenario/delegation_scenario.js';
import type { Warning } from '../scenario/parse_scenario.js';
import { readDialectFiles } from './dialect_files.js';
import { InputError } from './exit.js';
import type { LoadedScenario, MissingFacts } from './loaded_scenario.js';

/** A file of another tool as a scenario: its delegation, for a process that makes the token itself. Throws InputError. */
export function dialectScenario(source: Source, facts: MissingFacts, attached: readonly Source[]): LoadedScenario {
  const profile = facts.kernel ?? facts.profile ?? NEWEST_PROFILE;
  const { files, delegations } = readDelegations(
    source,
    { format: facts.dialect, profile, systemd: facts.systemd },
    attached,
  );
  const failure = files.find(({ status }) => status === 'failed')?.warnings[0];
  if (failure)
    throw new InputError(`${failure.file}:${failure.line}:${failure.column}: ${failure.message}`, {
      file: source.file,
    });
  const delegation = chosen(source.file, delegations, facts.delegation);
  const { resolved, assumptions } = resolveDelegation(delegation, facts);
  const { scenario, name, noToken } = delegationScenario(profile, resolved);
  const kernel = `names and numbers are those of ${profile.name} (--kernel)`;
  const assumed = [...assumptions.map(({ text }) => text), ...(facts.kernel || facts.profile ? [] : [kernel])];
  const { at } = delegation;
  const warnings: Warning[] = [
    ...files.flatMap((file) =>
      file.warnings.map(({ file: where, line, column, message }) => ({ file: where, line, column, message })),
    ),
    ...assumed.map((text) => ({ line: at.line, column: at.column, message: `assumed: ${text}` })),
    ...(noToken === undefined
      ? []
      : [{ line: at.line, column: at.column, message: `the process has no token: ${noToken}` }]),
  ];
  return { ...scenario, warnings, defaults: { bpffs: name, token: noToken === undefined ? name : undefined } };
}

/** The drop-ins of a unit, from the folder beside it. */
export function dropInsBeside(path: string): readonly Source[] {
  return path === '-' ? [] : (readDialectFiles([path])[0]?.attached ?? []);
}

/** The delegation that is asked for; without a name the only one that can be meant. */
function chosen(file: string, delegations: readonly Delegation[], name: string | undefined): Delegation {
  const names = delegations.map((delegation) => delegation.name);
  if (name !== undefined) {
    // Of two at one place, the later is what a process sees.
    const found = delegations.findLast((delegation) => delegation.name === name);
    if (found) return found;
    const nearest = nearestOf(name, names);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    throw new InputError(`${file} describes no delegation ${name}${hint} (it has ${names.join(', ') || 'none'})`, {
      file,
      nearest,
    });
  }
  if (delegations.length === 0) throw new InputError(`${file}: no delegation is described here`, { file });
  const delegating = delegations.filter(delegatesAnything);
  const meant = delegating.filter(({ unusable }) => unusable === undefined);
  const [only, ...others] = meant.length > 0 ? meant : delegating.length > 0 ? delegating : delegations;
  if (only && others.length === 0) return only;
  throw new InputError(`${file} describes several delegations: name one with --delegation: ${names.join(', ')}`, {
    file,
  });
}
