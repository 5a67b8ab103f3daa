import { Diagnostics } from '../diagnostics/diagnostics.js';
import { readDocument } from '../diagnostics/yaml_document.js';
import { requireText } from '../kernel/arguments.js';
import { Kernel } from '../kernel/kernel.js';
import { PROFILES_IN_BRIEF } from '../kernel/profile.js';
import type { World } from '../kernel/world.js';
import { printable } from '../text/printable.js';
import type { Context } from './build_context.js';
import { mountAll } from './build_mounts.js';
import { makeNamespaces } from './build_namespaces.js';
import { makeSelinux } from './build_selinux.js';
import { makeTasks } from './build_tasks.js';
import { makeTokens } from './build_tokens.js';
import { NamedDelegations, type ReadNamedFile } from './named_delegations.js';
import { readAssertions, type ScenarioAssertion } from './read_assertions.js';
import { readProfile } from './read_profile.js';
import { readPrograms } from './read_programs.js';
import { readRequest, type ScenarioRequest } from './read_requests.js';
import { type ScenarioFile, scenarioSchema } from './schema.js';
import { addIssues } from './schema_issues.js';
import type { Warning } from './warning.js';

export { type Diagnostic, ScenarioError } from '../diagnostics/diagnostics.js';
export { MAX_DOCUMENT_BYTES as MAX_SCENARIO_BYTES } from '../diagnostics/yaml_document.js';
export type { Expectation } from './expectation.js';
export type { ReadNamedFile } from './named_delegations.js';
export type { ScenarioAssertion } from './read_assertions.js';
export type { ScenarioRequest } from './read_requests.js';
export type { Warning } from './warning.js';

const EMPTY =
  `the scenario is empty: it needs a profile, which says which kernel answers (${PROFILES_IN_BRIEF}), ` +
  'tasks and requests';

/** A scenario file, made: the world it describes and what is asked of it. Names are in the world's specs. */
export interface Scenario {
  readonly world: World;
  readonly requests: readonly ScenarioRequest[];
  /** What is said of all requests there are. */
  readonly assertions: readonly ScenarioAssertion[];
  /** What is no mistake and worth a look, in the order of the text. */
  readonly warnings: readonly Warning[];
}

/** What a scenario may need besides its text. */
export interface ParseOptions {
  /** Reads the files that the scenario names (`from`). Without it a scenario that names one has a problem. */
  readonly readFile?: ReadNamedFile | undefined;
}

/**
 * Reads a scenario in YAML or JSON and makes what it describes through the model: namespaces, mounts and tokens are
 * refused where the kernel would refuse them. `file` is what problems call the text; `readFile` reads the files that it names.
 * Throws a ScenarioError that lists every problem found, with line and column from 1.
 */
export function parseScenario(text: string, file = 'scenario', { readFile }: ParseOptions = {}): Scenario {
  requireText('text', text);
  requireText('file', file);
  const diagnostics = new Diagnostics(file);
  const { data, locator, warnings: read } = readDocument(text, { what: 'scenario', empty: EMPTY }, diagnostics);
  // A schema is used once in a command: compiling code for it takes longer than checking without.
  const form = scenarioSchema.safeParse(data, { jitless: true });
  if (!form.success) {
    addIssues(form.error.issues, data, locator, diagnostics);
    diagnostics.throwIfAny();
  }
  const scenario = form.data as ScenarioFile;
  const profile = readProfile(scenario.profile, locator, diagnostics);
  // Every name and rule below depends on the kernel: without one, what follows would be guesses.
  if (!profile) diagnostics.throwIfAny();
  const unprivilegedBpfDisabled = scenario.unprivileged_bpf_disabled ?? 2;
  const kernel = new Kernel({ profile, unprivilegedBpfDisabled });
  const warnings: Warning[] = [...read];
  const named = new NamedDelegations(readFile, kernel.profile, diagnostics, warnings);
  const selinux = makeSelinux(scenario, locator, diagnostics, warnings);
  const context: Context = { kernel, locator, diagnostics, warnings, named, selinux };

  const userns = makeNamespaces(scenario.userns ?? {}, kernel.initUserns, locator, diagnostics);
  const bpffs = mountAll(scenario.bpffs ?? {}, userns.byName, context);
  const tasks = makeTasks(scenario.tasks ?? {}, userns.byName, context);
  const tokens = makeTokens(scenario.tokens ?? {}, bpffs.byName, tasks.byName, userns.byName, context);
  const programs = readPrograms(scenario.programs ?? {}, context);
  const referents = {
    tasks: tasks.byName,
    tokens: tokens.byName,
    bpffs: bpffs.byName,
    programs: programs.byName,
  };
  const requests = (scenario.requests ?? []).flatMap((entry, i) => readRequest(entry, i, referents, context) ?? []);
  const world: World = {
    profile: kernel.profile,
    unprivilegedBpfDisabled,
    ...(selinux ? { selinux: selinux.spec } : {}),
    userns: userns.specs,
    bpffs: bpffs.specs,
    tasks: tasks.specs,
    tokens: tokens.specs,
    ...(programs.specs.length > 0 ? { programs: programs.specs } : {}),
    ...(scenario.mitigations === false ? { hasMitigations: false } : {}),
  };
  const assertions = readAssertions(scenario.assertions ?? [], world, tasks.byName, context);
  diagnostics.throwIfAny();
  warnUnused(scenario, context);
  return {
    world,
    requests,
    assertions,
    warnings: context.warnings
      .map((warning) => ({ ...warning, message: printable(warning.message) }))
      // Those of other files come last, file by file.
      .sort((a, b) => compareFiles(a.file, b.file) || a.line - b.line || a.column - b.column),
  };
}

function compareFiles(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A bpffs that neither a token nor a token_create request names does nothing. */
function warnUnused({ bpffs, tokens, requests }: ScenarioFile, { locator, warnings }: Context): void {
  const used = new Set([...Object.values(tokens ?? {}), ...(requests ?? [])].map((entry) => entry.bpffs));
  for (const name of Object.keys(bpffs ?? {})) {
    if (!used.has(name)) warnings.push({ ...locator.key(['bpffs', name]), message: `bpffs ${name}: no token uses it` });
  }
}
