import { Fault } from '../abi/verdict.js';
import type { ProgramNeeds, ProgramSpec } from '../kernel/verifier/program_needs.js';
import type { EnumKind } from '../kernel/vocabulary.js';
import { NO_TOKEN, type Request, requestOf } from '../kernel/world.js';
import { nearestOf } from '../names/nearest.js';
import { resolveName } from '../names/spelling.js';
import { quote, unknownInVocabulary, unknownName } from '../names/unknown_name.js';
import { type AssumedField, fieldsNotGiven } from '../request/assumptions.js';
import { isFaultRead, neededFieldOf, REQUEST_FIELDS, readersOf, typeFieldOf } from '../request/command_fields.js';
import { PRE_NAMES, preNamed } from '../request/fault_names.js';
import type { Context } from './build_context.js';
import type { BpffsByName } from './build_mounts.js';
import type { TasksByName } from './build_tasks.js';
import { type Expectation, readExpectation } from './expectation.js';
import { type ProgramsByName, readNeeds } from './read_programs.js';
import { resolveReference } from './references.js';
import type { RequestEntry } from './schema.js';
import { ownerOf } from './schema_issues.js';
import type { Warning } from './warning.js';

/** One bpf() call of a scenario. Line and column, from 1, are where it is written. */
export interface ScenarioRequest {
  readonly name?: string;
  readonly request: Request;
  readonly expect?: Expectation;
  /** Fields it has that its command does not read; in the scenario's warnings too. */
  readonly warnings?: readonly Warning[];
  /** Fields that its command reads and that it does not say: their defaults are asked. */
  readonly assumed?: readonly AssumedField[];
  readonly line: number;
  readonly column: number;
}

/** What requests refer to by name. */
export interface Referents {
  readonly tasks: TasksByName;
  readonly tokens: ReadonlyMap<string, number | undefined>;
  readonly bpffs: BpffsByName;
  readonly programs: ProgramsByName;
}

/** Reads one request; undefined where something in it is wrong (noted). */
export function readRequest(
  entry: RequestEntry,
  index: number,
  { tasks, tokens, bpffs: instances, programs }: Referents,
  context: Context,
): ScenarioRequest | undefined {
  const { kernel, locator, diagnostics, warnings } = context;
  const { vocabulary } = kernel.profile;
  const path = ['requests', index];
  const owner = ownerOf(path);

  const task = resolveReference(tasks, 'task', entry.task, [...path, 'task'], locator, diagnostics);
  const token =
    entry.token === undefined
      ? NO_TOKEN
      : resolveReference(tokens, 'token', entry.token, [...path, 'token'], locator, diagnostics);
  const cmd = number('cmds', 'cmd');
  const mapType = number('map_types', 'map_type');
  const program = programOf();
  const declared = program !== undefined && program !== null && 'progType' in program ? program : undefined;
  const progType = number('prog_types', 'prog_type') ?? declared?.progType;
  const attachType = number('attach_types', 'expected_attach_type') ?? declared?.attachType;
  const pre = preOf(entry.pre, [...path, 'pre'], context);
  const expect = entry.expect && readExpectation(entry.expect, [...path, 'expect'], locator, diagnostics);
  let fine = pre !== undefined && (entry.expect === undefined || expect !== undefined);

  const command = cmd === null ? undefined : vocabulary.nameOf('cmds', cmd ?? -1);
  const typeField = command === undefined ? undefined : typeFieldOf(command);
  if (
    command !== undefined &&
    typeField &&
    neededFieldOf(command) === typeField &&
    entry[typeField] === undefined &&
    !isTypeOfProgram(typeField)
  ) {
    const example = typeField === 'map_type' ? 'map_type: array' : 'prog_type: xdp';
    const message = `${owner}${command} needs ${typeField}, as in ${example}`;
    diagnostics.add(locator.value([...path, 'cmd']), { message, expected: typeField });
    fine = false;
  }
  const bpffs = bpffsOf();
  const idle = command === undefined ? [] : idleFields(command);
  warnings.push(...idle);

  if (!fine || !task || token === undefined || bpffs === null || program === null) return undefined;
  if (cmd === null || cmd === undefined || mapType === null || progType === null || attachType === null)
    return undefined;
  const assumed = fieldsNotGiven(
    vocabulary.nameOf('cmds', cmd),
    (field) => entry[field] !== undefined || declared !== undefined,
  );
  const type = (typeField === 'map_type' ? mapType : typeField === 'prog_type' ? progType : undefined) ?? 0;
  return {
    ...(entry.name === undefined ? {} : { name: entry.name }),
    request: requestOf({
      task: task.index,
      token,
      cmd,
      type,
      attachType: attachType ?? 0,
      insnCnt: entry.insn_cnt ?? 1,
      pre,
      ...(bpffs === undefined ? {} : { bpffs }),
      ...(program === undefined || command !== 'prog_load' ? {} : { program }),
    }),
    ...(expect ? { expect } : {}),
    ...(idle.length > 0 ? { warnings: idle } : {}),
    ...(assumed.length > 0 ? { assumed } : {}),
    ...locator.value(path),
  };

  /** A command's or type's number; undefined where none is written, null for an unknown name (noted). */
  function number(kind: EnumKind, field: 'cmd' | 'map_type' | 'prog_type' | 'expected_attach_type') {
    const written = entry[field];
    if (written === undefined) return undefined;
    const found = resolveName(vocabulary, kind, String(written));
    if (found !== undefined) return found;
    const complaint = unknownInVocabulary(kernel.profile, kind, String(written));
    diagnostics.add(locator.value([...path, field]), { ...complaint, message: `${owner}${complaint.message}` });
    return null;
  }

  /** What the program needs of the verifier; undefined where nothing is said, null where it is wrong (noted). */
  function programOf(): ProgramSpec | ProgramNeeds | undefined | null {
    if (entry.program === undefined) {
      if (entry.helpers === undefined && entry.liberties === undefined) return undefined;
      return readNeeds({ helpers: entry.helpers, liberties: entry.liberties }, path, context) ?? null;
    }
    const found = resolveReference(programs, 'program', entry.program, [...path, 'program'], locator, diagnostics);
    if (!found) return null;
    for (const field of ['helpers', 'liberties'] as const) {
      if (entry[field] === undefined) continue;
      diagnostics.add(
        locator.key([...path, field]),
        `${owner}program ${entry.program} says which ${field}: write them there`,
      );
      return null;
    }
    return agrees('prog_types', 'prog_type', found.progType) &&
      agrees('attach_types', 'expected_attach_type', found.attachType)
      ? found
      : null;
  }

  /** Whether a field is not written, or is what the program says (else noted). */
  function agrees(kind: EnumKind, field: 'prog_type' | 'expected_attach_type', own: number): boolean {
    const written = entry[field];
    if (written === undefined || resolveName(vocabulary, kind, String(written)) === own) return true;
    const message = `${owner}${field} is ${quote(String(written))}, and program ${entry.program} has ${vocabulary.nameOf(kind, own)}`;
    diagnostics.add(locator.value([...path, field]), message);
    return false;
  }

  function isTypeOfProgram(field: 'map_type' | 'prog_type'): boolean {
    return field === 'prog_type' && entry.program !== undefined;
  }

  /** Index of the bpffs a token is asked of; undefined for other commands, null where it is wrong (noted). */
  function bpffsOf(): number | undefined | null {
    if (entry.bpffs !== undefined) {
      const made = resolveReference(instances, 'bpffs', entry.bpffs, [...path, 'bpffs'], locator, diagnostics);
      if (command !== undefined && command !== 'token_create') {
        diagnostics.add(locator.key([...path, 'bpffs']), `${owner}bpffs is for cmd token_create only, not ${command}`);
        return null;
      }
      return made?.index ?? null;
    }
    if (command !== 'token_create') return undefined;
    const message = `${owner}token_create needs bpffs: the instance to make the token from`;
    diagnostics.add(locator.value([...path, 'cmd']), { message, expected: 'bpffs' });
    return null;
  }

  /** Fields that are written and that the command does not read: no mistake, as a table has columns for all of them. */
  function idleFields(name: string): Warning[] {
    const idle: string[] = REQUEST_FIELDS.filter(
      (field) => field !== 'bpffs' && entry[field] !== undefined && !readersOf(field).includes(name),
    );
    if (pre && !isFaultRead(name, pre)) idle.push('pre');
    return idle.map((field) => ({
      ...locator.key([...path, field]),
      message: `${owner}${field === 'pre' ? `pre ${entry.pre}` : field} means nothing to ${name}`,
    }));
  }
}

function preOf(
  written: string | undefined,
  path: (string | number)[],
  { locator, diagnostics }: Context,
): Fault | undefined {
  if (written === undefined) return Fault.NONE;
  const known = preNamed(written);
  if (known !== undefined) return known;
  const nearest = nearestOf(written.trim().toLowerCase().replaceAll('-', '_'), PRE_NAMES);
  if (nearest) diagnostics.add(locator.value(path), unknownName('fault', written, PRE_NAMES, nearest));
  else
    diagnostics.add(locator.value(path), {
      message: `unknown fault ${quote(written)}; expected one of ${PRE_NAMES.join(', ')}`,
    });
  return undefined;
}
