import type { Command } from 'commander';
import { Pre } from '../abi/verdict.js';
import type { Question } from '../explain/change.js';
import { gateOf } from '../kernel/commands.js';
import type { Kind, Vocabulary } from '../kernel/vocabulary.js';
import { NO_TOKEN, type World } from '../kernel/world.js';
import { nearestOf } from '../names/nearest.js';
import { KIND_LABEL, nearestName, resolveName } from '../names/spelling.js';
import type { Scenario } from '../policy/scenario.js';
import { InputError } from './exit.js';
import { profileOption } from './profile_option.js';

/** The options by which `check` and `explain` are asked one request. */
export interface QuestionOptions {
  readonly request?: string;
  readonly task?: string;
  readonly token?: string;
  readonly cmd?: string;
  readonly mapType?: string;
  readonly progType?: string;
  readonly expectedAttachType?: string;
  readonly insnCnt?: string;
  readonly bpffs?: string;
  readonly pre?: string;
  readonly profile?: string;
}

/** Adds the options of one request to a command. */
export function addQuestionOptions(command: Command): Command {
  return command
    .option('--request <name|number>', 'a request of the scenario: its name, or its number from 1')
    .option('--task <name>', 'the task that asks')
    .option('--token <name>', 'the token it uses (prog_attach, link_create: the one the program was loaded with)')
    .option('--cmd <name>', 'the bpf() command: prog_load, BPF_PROG_LOAD, 5')
    .option('--map-type <name>', 'for map_create')
    .option('--prog-type <name>', 'for prog_load, prog_attach and link_create')
    .option('--expected-attach-type <name>', 'default: 0')
    .option('--insn-cnt <number>', 'instructions of the program, default: 1')
    .option('--bpffs <name>', 'for token_create')
    .option('--pre <fault>', `something wrong with the call: ${preNames().join(', ')}`)
    .option('--profile <name>', 'ask this kernel instead of the scenario’s');
}

/** The request a command line asks of a scenario. Throws InputError where it names what is not there. */
export function questionOf(scenario: Scenario, options: QuestionOptions): Question {
  const world = worldOf(scenario, options.profile);
  if (options.request !== undefined) return { world, request: requestOfScenario(scenario, options.request) };
  const { vocabulary } = world.profile;
  const cmd = required(options.cmd, '--cmd', 'the bpf() command, say --cmd prog_load');
  const cmdNumber = named(vocabulary, 'cmds', cmd, '--cmd');
  const name = vocabulary.nameOf('cmds', cmdNumber);
  const isMap = name === 'map_create';
  const attaches = gateOf(world.profile, cmdNumber).kind === 'attach';
  const type = isMap
    ? required(options.mapType, '--map-type', 'the type of the map')
    : name === 'prog_load'
      ? required(options.progType, '--prog-type', 'the type of the program')
      : (attaches && options.progType) || '0';
  return {
    world,
    request: {
      task: taskOption(world, options.task),
      token: tokenOption(world, options.token),
      cmd: cmdNumber,
      type: named(vocabulary, isMap ? 'map_types' : 'prog_types', type, isMap ? '--map-type' : '--prog-type'),
      attachType: named(vocabulary, 'attach_types', options.expectedAttachType ?? '0', '--expected-attach-type'),
      insnCnt: countOption(options.insnCnt),
      pre: preOption(options.pre),
      ...(options.bpffs === undefined ? {} : { bpffs: indexOf('bpffs', world.bpffs, options.bpffs) }),
    },
  };
}

function requestOfScenario({ requests }: Scenario, wanted: string) {
  const byName = requests.find(({ name }) => name === wanted);
  const byNumber = /^\d+$/.test(wanted) ? requests[Number(wanted) - 1] : undefined;
  const found = byName ?? byNumber;
  if (found) return found.request;
  const names = requests.flatMap(({ name }) => (name === undefined ? [] : [name]));
  throw new InputError(
    `the scenario has no request ${wanted}${hint(nearestOf(wanted, names))}; it has ${requests.length} of them`,
  );
}

/** The scenario's world, of another kernel where one is named. Throws InputError for an unknown one. */
export function worldOf({ world }: Scenario, profile: string | undefined): World {
  return profile ? { ...world, profile: profileOption(profile) } : world;
}

/** The id of a task, which need not be named where there is but one. Throws InputError with the nearest name. */
export function taskOption(world: World, name: string | undefined): number {
  const only = world.tasks.length === 1 ? world.tasks[0]?.name : undefined;
  return indexOf('task', world.tasks, required(name ?? only, '--task', `one of ${listed(world.tasks)}`));
}

/** The id of a token, NO_TOKEN where none is named. Throws InputError with the nearest name. */
export function tokenOption({ tokens }: World, name: string | undefined): number {
  return name === undefined ? NO_TOKEN : indexOf('token', tokens, name);
}

function required(value: string | undefined, option: string, what: string): string {
  if (value === undefined) throw new InputError(`${option} is missing: ${what}`);
  return value;
}

function named(vocabulary: Vocabulary, kind: Kind, text: string, option: string): number {
  const number = resolveName(vocabulary, kind, text);
  if (number !== undefined) return number;
  const nearest = nearestName(vocabulary, kind, text);
  throw new InputError(
    `${option} ${text}: no such ${KIND_LABEL[kind]} in release ${vocabulary.release}${hint(nearest)}`,
  );
}

function indexOf(what: string, rows: readonly { readonly name: string }[], name: string): number {
  const index = rows.findIndex((row) => row.name === name);
  if (index !== -1) return index;
  const nearest = nearestOf(
    name,
    rows.map((row) => row.name),
  );
  throw new InputError(`the scenario has no ${what} ${name}${hint(nearest)} (it has ${listed(rows)})`);
}

function countOption(text: string | undefined): number {
  if (text === undefined) return 1;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count > 0xffff_ffff) {
    throw new InputError(`--insn-cnt ${text}: a number from 0 to 4294967295 is expected`);
  }
  return count;
}

function preOption(text: string | undefined): Pre {
  if (text === undefined) return Pre.NONE;
  const pre = Pre[text.toUpperCase() as keyof typeof Pre];
  if (pre === undefined || pre === Pre.BAD_ROW) {
    throw new InputError(
      `--pre ${text}: one of ${preNames().join(', ')} is expected${hint(nearestOf(text, preNames()))}`,
    );
  }
  return pre;
}

/** The names of what can be wrong with a call. */
function preNames(): string[] {
  return Object.keys(Pre)
    .filter((name) => Number.isNaN(Number(name)) && name !== 'NONE' && name !== 'BAD_ROW')
    .map((name) => name.toLowerCase());
}

function hint(nearest: string | undefined): string {
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

function listed(rows: readonly { readonly name: string }[]): string {
  const names = rows.map(({ name }) => name);
  if (names.length === 0) return 'none';
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ');
}
