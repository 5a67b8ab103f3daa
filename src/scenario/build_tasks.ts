import { CAP_FULL_SET, CAPABILITY_NAMES } from '../abi/capabilities.js';
import type { Path } from '../diagnostics/yaml_locator.js';
import type { Task } from '../kernel/task.js';
import { MAX_IDS, type TaskSpec } from '../kernel/world.js';
import { nearestOf } from '../names/nearest.js';
import { resolveCapability } from '../names/spelling.js';
import { type DiagnosticMessage, quote } from '../names/unknown_name.js';
import type { Context } from './build_context.js';
import { INIT, type UsernsByName } from './build_namespaces.js';
import { resolveReference } from './references.js';
import { capsEntry } from './scenario_yaml.js';
import type { ScenarioFile, TaskEntry } from './schema.js';
import { ownerOf } from './schema_issues.js';

/** A task of a scenario: its place in the world and the process. */
export interface MadeTask {
  readonly index: number;
  readonly task: Task;
}

/** Tasks by name. `undefined` as a value: written, and its problem is already told. */
export type TasksByName = ReadonlyMap<string, MadeTask | undefined>;

export interface Tasks {
  readonly specs: readonly TaskSpec[];
  readonly byName: TasksByName;
}

/** Makes every task. */
export function makeTasks(
  entries: NonNullable<ScenarioFile['tasks']>,
  namespaces: UsernsByName,
  context: Context,
): Tasks {
  const { kernel, locator, diagnostics } = context;
  const specs: TaskSpec[] = [];
  const byName = new Map<string, MadeTask | undefined>();
  const written = Object.entries(entries);
  if (written.length > MAX_IDS) {
    diagnostics.add(locator.key(['tasks']), `${written.length} tasks: at most ${MAX_IDS} fit one world`);
    return { specs, byName: new Map(written.map(([name]) => [name, undefined])) };
  }
  for (const [name, entry] of written) {
    const filled = filledIn(name, entry ?? {}, context);
    if (!filled) {
      byName.set(name, undefined);
      continue;
    }
    const { userns = INIT, euid = 0, caps } = filled;
    const home = resolveReference(
      namespaces,
      'user namespace',
      userns,
      ['tasks', name, 'userns'],
      locator,
      diagnostics,
    );
    const effective = capabilities(caps, ['tasks', name, 'caps'], context);
    if (!home || effective === undefined) {
      byName.set(name, undefined);
      continue;
    }
    const label = context.selinux?.label(filled.domain);
    const cred = { userns: home.userns, euid, egid: euid, effective };
    const task = kernel.task(name, label ? { ...cred, label } : cred);
    byName.set(name, { index: specs.length, task });
    specs.push({ name, userns: home.index, euid, effective, ...(label ? { domain: label.domain } : {}) });
  }
  return { specs, byName };
}

/** An entry with what the file that it names says; undefined where that cannot be had (noted). */
function filledIn(name: string, entry: TaskEntry, { locator, diagnostics, named }: Context): TaskEntry | undefined {
  const { from } = entry;
  if (from === undefined) return entry;
  const at = locator.value(['tasks', name, 'from']);
  const delegation = named.find(from, at, `task ${name}: `);
  if (!delegation) return undefined;
  const { process } = delegation;
  if (!process) {
    diagnostics.add(
      at,
      `task ${name}: the file does not say as which user, and with which capabilities, a process runs`,
    );
    return undefined;
  }
  if (process.userns === 'own' && entry.userns === undefined) {
    diagnostics.add(
      at,
      `task ${name}: userns is missing: the file gives it a user namespace of its own, and a scenario has to name which`,
    );
    return undefined;
  }
  return { euid: process.uid, caps: capsEntry(process.caps), ...entry };
}

function capabilities(caps: TaskEntry['caps'], path: Path, context: Context): bigint | undefined {
  if (caps === undefined) return 0n;
  if (Array.isArray(caps)) return capabilitySet(caps, path, context);
  const word = caps.trim().toLowerCase();
  if (word === 'all') return CAP_FULL_SET;
  if (word === 'none') return 0n;
  const nearest = nearestOf(word, ['all', 'none']);
  const hint = resolveCapability(caps) === undefined ? '' : `; one capability is a list too: [${caps}]`;
  context.diagnostics.add(context.locator.value(path), {
    message: `${ownerOf(path)}caps is ${quote(caps)}: expected a list of capabilities, \`all\` or \`none\`${hint}`,
    expected: 'a list of capabilities, `all` or `none`',
    nearest,
  });
  return undefined;
}

/** Capabilities as a set, bit n for capability n; undefined where one is unknown (noted at its place). */
export function capabilitySet(
  names: readonly (string | number)[],
  path: Path,
  { locator, diagnostics }: Context,
): bigint | undefined {
  let set: bigint | undefined = 0n;
  for (const [i, name] of names.entries()) {
    const number = resolveCapability(String(name));
    if (number === undefined) {
      const complaint = unknownCapability(String(name));
      diagnostics.add(locator.value([...path, i]), { ...complaint, message: `${ownerOf(path)}${complaint.message}` });
    }
    set = set === undefined || number === undefined ? undefined : set | (1n << BigInt(number));
  }
  return set;
}

function unknownCapability(written: string): DiagnosticMessage {
  const expected = 'the name of a capability, as in CAP_BPF';
  const upper = written.trim().toUpperCase();
  const nearest = nearestOf(upper.startsWith('CAP_') ? upper : `CAP_${upper}`, CAPABILITY_NAMES);
  const hint = nearest ? `did you mean ${nearest}?` : `expected ${expected}`;
  return { message: `unknown capability ${quote(written)}; ${hint}`, expected, nearest };
}
