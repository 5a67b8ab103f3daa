import { Fault } from '../abi/verdict.js';
import type { RequestContext } from '../explain/request_context.js';
import type { Profile } from '../kernel/profile.js';
import type { ProgramNeeds, ProgramSpec } from '../kernel/verifier/program_needs.js';
import type { EnumKind, Vocabulary } from '../kernel/vocabulary.js';
import { NO_TOKEN, type World } from '../kernel/world.js';
import { nearestOf } from '../names/nearest.js';
import { KIND_LABEL, nearestName, resolveName } from '../names/spelling.js';
import type { RequestRemarks } from '../report/explain_json.js';
import { warningJson } from '../report/request_json.js';
import { type Assumption, assumptionsOf, fieldsNotGiven } from '../request/assumptions.js';
import {
  isFaultRead,
  neededFieldOf,
  REQUEST_FIELDS,
  type RequestField,
  readersOf,
  typeFieldOf,
} from '../request/command_fields.js';
import { PRE_NAMES } from '../request/fault_names.js';
import { isDeclared } from '../request/program_index.js';
import type { Scenario, ScenarioRequest, Warning } from '../scenario/parse_scenario.js';
import { InputError } from './exit.js';
import type { LoadedScenario } from './loaded_scenario.js';
import { longOf } from './options/add_options.js';
import type { OptionsOf, OptionTable } from './options/option.js';
import { OPTIONS } from './options/table.js';
import { fileName } from './read_file.js';

/** The options by which `check` and `explain` are asked one request. */
export type RequestOptions = Omit<OptionsOf<typeof OPTIONS.check>, 'json' | 'object' | 'loader'>;

/** A call that one option names: its command, and its type where it has one. */
function spelledOut(options: RequestOptions): RequestOptions {
  const { progLoad, mapCreate, btfLoad, tokenCreate } = options;
  if (progLoad !== undefined) return { ...options, cmd: 'prog_load', progType: progLoad };
  if (mapCreate !== undefined) return { ...options, cmd: 'map_create', mapType: mapCreate };
  if (btfLoad) return { ...options, cmd: 'btf_load' };
  if (options.program !== undefined) return { ...options, cmd: options.cmd ?? 'prog_load' };
  return tokenCreate ? { ...options, cmd: 'token_create' } : options;
}

/** The bpffs and the token that are meant where none is named: those of the one delegation of a file. */
function withDefaults(command: string, options: RequestOptions, { defaults, world }: LoadedScenario): RequestOptions {
  if (!defaults) return options;
  const hasBpffs = world.bpffs.length > 0 && command === 'token_create';
  return {
    ...options,
    ...(hasBpffs ? { bpffs: options.bpffs ?? defaults.bpffs } : { token: options.token ?? defaults.token }),
  };
}

/** One request, warnings about how the scenario writes it, and what was assumed. */
export interface RequestedContext extends RequestContext {
  readonly warnings: readonly Warning[];
  /** What it was taken to ask where it does not say. */
  readonly assumptions: readonly Assumption[];
}

/** What a field is, where a command needs it. */
const WHAT: Readonly<Record<RequestField, string>> = {
  map_type: 'the type of the map',
  prog_type: 'the type of the program',
  expected_attach_type: 'the attach type',
  insn_cnt: 'instructions of the program',
  program: 'a program of the scenario',
  helpers: 'helpers that the program calls',
  liberties: 'what the program takes of the verifier',
  bpffs: 'the instance to make the token from',
};

/** The request a command line asks of a scenario. Throws InputError where it names what is not there, or what the command does not read. */
export function requestFromOptions(scenario: LoadedScenario, asked: RequestOptions): RequestedContext {
  const options = spelledOut(asked);
  const own = worldOf(scenario, options.profile);
  const world = options.withCaps === undefined ? own : withTaskCapabilities(own, options.withCaps);
  if (options.request !== undefined) {
    const { request, warnings = [], assumed = [] } = requestOfScenario(scenario, options.request);
    return { world, request, warnings, assumptions: assumptionsOf(world.profile, request, assumed) };
  }
  const { vocabulary } = world.profile;
  const cmd = required(options.cmd, '--cmd', 'the bpf() command, say --cmd prog_load');
  const cmdNumber = named(vocabulary, 'cmds', cmd, '--cmd');
  const name = vocabulary.nameOf('cmds', cmdNumber);
  const program = programOf(world, options);
  const meant = withDefaults(name, withTypesOf(program, options), scenario);
  checkFields(name, meant);
  const { mapType, progType, expectedAttachType = '0', insnCnt = 1, pre = Fault.NONE, bpffs } = meant;
  const isMap = typeFieldOf(name) === 'map_type';
  const type = (isMap ? mapType : progType) ?? '0';
  const request = {
    task: taskOption(world, options.task),
    token: scenario.defaults && options.token === NONE ? NO_TOKEN : tokenOption(world, meant.token),
    cmd: cmdNumber,
    type: named(vocabulary, isMap ? 'map_types' : 'prog_types', type, isMap ? '--map-type' : '--prog-type'),
    attachType: named(vocabulary, 'attach_types', expectedAttachType, '--expected-attach-type'),
    insnCnt,
    pre,
    ...(bpffs === undefined ? {} : { bpffs: indexOf('bpffs', world.bpffs, bpffs) }),
    ...(program === undefined ? {} : { program }),
  };
  const given = { prog_type: meant.progType, expected_attach_type: meant.expectedAttachType };
  const notGiven = fieldsNotGiven(name, (field) => given[field] !== undefined);
  // What a file of another tool does not do, or not say, is told with each answer; a scenario's own warnings belong to `test`.
  return {
    world,
    warnings: scenario.defaults ? scenario.warnings : [],
    request,
    assumptions: assumptionsOf(world.profile, request, notGiven),
  };
}

/** What is said of a request besides its answer, for JSON. */
export function requestRemarks(path: string, { assumptions, warnings }: RequestedContext): RequestRemarks {
  const file = fileName(path);
  return { assumptions, warnings: warnings.map((warning) => warningJson(file, warning)) };
}

/** Throws InputError for an option that the command does not read, and for a missing one that it needs. */
function checkFields(command: string, options: RequestOptions): void {
  const table: OptionTable = OPTIONS.check;
  for (const [key, spec] of Object.entries(table)) {
    const field = REQUEST_FIELDS.find((name) => name === spec.field);
    if (!field) continue;
    const given = options[key as keyof RequestOptions];
    const readers = readersOf(field);
    if (given !== undefined && !readers.includes(command)) {
      throw new InputError(`${longOf(spec)} is for --cmd ${readers.join(', ')}, and ${command} does not read it`);
    }
    if (neededFieldOf(command) === field) required(given, longOf(spec), WHAT[field]);
  }
  const { pre } = options;
  if (pre && !isFaultRead(command, pre)) {
    throw new InputError(`--pre ${PRE_NAMES[pre]}: no check of ${command} finds this fault`);
  }
}

/** What the program needs of the verifier: a program of the scenario, or what options say. */
function programOf(world: World, options: RequestOptions): ProgramNeeds | ProgramSpec | undefined {
  const { program, helpers = [], liberties = [] } = options;
  const { programs = [] } = world;
  if (program !== undefined) return programs[indexOf('program', programs, program)];
  if (helpers.length + liberties.length === 0) return undefined;
  return { helpers, liberties, isGpl: true, isSleepable: false };
}

/** The options with the types that a program of the scenario says. */
function withTypesOf(program: ProgramNeeds | ProgramSpec | undefined, options: RequestOptions): RequestOptions {
  if (!isDeclared(program)) return options;
  return { ...options, progType: String(program.progType), expectedAttachType: String(program.attachType) };
}

function requestOfScenario({ requests }: Scenario, wanted: string): ScenarioRequest {
  const byName = requests.find(({ name }) => name === wanted);
  const byNumber = /^\d+$/.test(wanted) ? requests[Number(wanted) - 1] : undefined;
  const found = byName ?? byNumber;
  if (found) return found;
  const names = requests.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const nearest = nearestOf(wanted, names);
  throw new InputError(`the scenario has no request ${wanted}${hint(nearest)}; it has ${requests.length} of them`, {
    nearest,
  });
}

/** The scenario's world, of another kernel where one is asked for. */
export function worldOf({ world }: Scenario, profile: Profile | undefined): World {
  return profile ? { ...world, profile } : world;
}

/** The same world, whose tasks have other capabilities. */
export function withTaskCapabilities(world: World, effective: bigint): World {
  return { ...world, tasks: world.tasks.map((task) => ({ ...task, effective })) };
}

/** The id of a task, which need not be named where there is but one. Throws InputError with the nearest name. */
export function taskOption(world: World, name: string | undefined): number {
  const only = world.tasks.length === 1 ? world.tasks[0]?.name : undefined;
  return indexOf('task', world.tasks, required(name ?? only, '--task', `one of ${listed(world.tasks)}`));
}

/** Stands for no token; of a file of another tool always, whatever it calls its token. */
const NONE = 'none';

/** The id of a token, NO_TOKEN where none is named, and for `none` where no token has that name. Throws InputError with the nearest name. */
export function tokenOption({ tokens }: World, name: string | undefined): number {
  const isNone = name === undefined || (name === NONE && !tokens.some((token) => token.name === name));
  return isNone ? NO_TOKEN : indexOf('token', tokens, name);
}

function required<Value>(value: Value | undefined, option: string, what: string): Value {
  if (value === undefined) throw new InputError(`${option} is missing: ${what}`);
  return value;
}

function named(vocabulary: Vocabulary, kind: EnumKind, text: string, option: string): number {
  const number = resolveName(vocabulary, kind, text);
  if (number !== undefined) return number;
  const nearest = nearestName(vocabulary, kind, text);
  throw new InputError(
    `${option} ${text}: no such ${KIND_LABEL[kind]} in release ${vocabulary.release}${hint(nearest)}`,
    { nearest },
  );
}

function indexOf(what: string, rows: readonly { readonly name: string }[], name: string): number {
  const index = rows.findIndex((row) => row.name === name);
  if (index !== -1) return index;
  const nearest = nearestOf(
    name,
    rows.map((row) => row.name),
  );
  throw new InputError(`the scenario has no ${what} ${name}${hint(nearest)} (it has ${listed(rows)})`, { nearest });
}

function hint(nearest: string | undefined): string {
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

function listed(rows: readonly { readonly name: string }[]): string {
  const names = rows.map(({ name }) => name);
  if (names.length === 0) return 'none';
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ');
}
