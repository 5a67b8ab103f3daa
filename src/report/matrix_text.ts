import { Outcome } from '../abi/verdict.js';
import { grouped } from '../grouped.js';
import { gateOf } from '../kernel/commands.js';
import { numbersOf } from '../kernel/permission_cells.js';
import { decodeVerdict, isDecided } from '../kernel/verdict.js';
import type { EnumKind } from '../kernel/vocabulary.js';
import { type Request, requestOf } from '../kernel/world.js';
import { printable } from '../text/printable.js';
import { formatSet } from './format_set.js';
import type { Matrix } from './matrix.js';
import { matrixDifferencesText } from './matrix_differences_text.js';
import { programsText } from './programs_text.js';
import { describeTask, describeToken } from './request_text.js';
import type { Style } from './style.js';
import { describeCauseAndToken } from './verdict_text.js';
import { wrapNames } from './wrap_names.js';

/** Requests with the same answer, as they are to be named. */
interface Group {
  readonly byte: number;
  /** The reason, and what became of the token, in words. */
  readonly why: string;
  readonly count: number;
  readonly entries: readonly string[];
}

/** A matrix for people: commands, map types, program types with their attach types; each reason once, what is allowed first. */
export function matrixText(matrix: Matrix, style: Style): string {
  const { world, task, token } = matrix;
  const name = style.strong(printable(world.tasks[task]?.name ?? `#${task}`));
  return [
    `${style.strong(printable(world.profile.name))}: what ${name} may do with ${describeToken(world, requestOf({ task, token, cmd: 0 }))}\n` +
      `  ${name} is: ${describeTask(world, task)}\n`,
    section('Commands', commandGroups(matrix), style),
    section('Map types, for map_create', typeGroups(matrix), style),
    section('Program types and their attach types, for prog_load', programGroups(matrix), style),
    ...attachSections(matrix, style),
    ...(matrix.programs ? [programsText(world.profile, matrix.programs, style)] : []),
    ...matrix.comparisons.map((comparison) => matrixDifferencesText(matrix, comparison, style)),
  ].join('\n');
}

/** Commands that go by no type; prog_attach and link_create as other programs than cgroup_skb ask them. */
function commandGroups(matrix: Matrix): Group[] {
  const { profile } = matrix.world;
  const { vocabulary } = profile;
  const groups = new Map<string, Group>();
  for (const cmd of numbersOf(vocabulary, 'cmds')) {
    const name = vocabulary.nameOf('cmds', cmd);
    if (name === 'map_create' || name === 'prog_load') continue;
    const byte = matrix.verdicts.verdictOf(cmd);
    const why = whyText(matrix, byte, [asked(matrix, cmd)]);
    const key = `${byte} ${why}`;
    const entry = gateOf(profile, cmd).kind === 'attach' ? `${name} (but for cgroup_skb)` : name;
    const entries = [...(groups.get(key)?.entries ?? []), entry];
    groups.set(key, { byte, why, count: entries.length, entries });
  }
  return [...groups.values()];
}

/** Why requests with one verdict get it, in words. */
function whyText(matrix: Matrix, byte: number, requests: readonly Request[]): string {
  const verdict = decodeVerdict(byte);
  if (verdict.outcome === Outcome.UNDECIDED) {
    return 'it depends on a bpffs: bpftoken check --cmd token_create --bpffs NAME';
  }
  const failedByDroppedToken = requests.every(matrix.failedByDroppedToken);
  return describeCauseAndToken(matrix.world.profile, requests[0] as Request, { verdict, failedByDroppedToken });
}

/** The request of a cell. */
function asked({ task, token }: Matrix, cmd: number, type = 0, attachType = 0): Request {
  return requestOf({ task, token, cmd, type, attachType });
}

function typeGroups(matrix: Matrix): Group[] {
  const mapCreate = matrix.world.profile.vocabulary.require('cmds', 'map_create');
  const types = numbersOf(matrix.world.profile.vocabulary, 'map_types');
  const groups = grouped(types, (type) => matrix.verdicts.verdictOf(mapCreate, type));
  return plainGroups(matrix, 'map_types', groups, (type) => asked(matrix, mapCreate, type));
}

/** One section for both commands where they answer alike. */
function attachSections(matrix: Matrix, style: Style): string[] {
  const title = 'Attach types of cgroup_skb programs, for';
  const attach = section(title, attachGroups(matrix, 'prog_attach'), style);
  const link = section(title, attachGroups(matrix, 'link_create'), style);
  const named = (text: string, commands: string): string => text.replace(title, `${title} ${commands}`);
  if (attach === link) return [named(attach, 'prog_attach and link_create')];
  return [named(attach, 'prog_attach'), named(link, 'link_create')];
}

function attachGroups(matrix: Matrix, command: 'prog_attach' | 'link_create'): Group[] {
  const { vocabulary } = matrix.world.profile;
  const cmd = vocabulary.require('cmds', command);
  const cgroupSkb = vocabulary.require('prog_types', 'cgroup_skb');
  const attachTypes = numbersOf(vocabulary, 'attach_types');
  const groups = grouped(attachTypes, (attachType) => matrix.verdicts.verdictOf(cmd, cgroupSkb, attachType));
  return plainGroups(matrix, 'attach_types', groups, (attachType) => asked(matrix, cmd, cgroupSkb, attachType));
}

function plainGroups(
  matrix: Matrix,
  kind: EnumKind,
  groups: ReadonlyMap<number, readonly number[]>,
  requestFor: (number: number) => Request,
): Group[] {
  return [...groups].map(([byte, same]) => ({
    byte,
    why: whyText(matrix, byte, same.map(requestFor)),
    count: same.length,
    entries: formatSet(matrix.world.profile.vocabulary, kind, same),
  }));
}

/** By verdict: program types with the attach types that get it, types with the same ones together. */
function programGroups(matrix: Matrix): Group[] {
  const { vocabulary } = matrix.world.profile;
  const progLoad = vocabulary.require('cmds', 'prog_load');
  const attachTypes = numbersOf(vocabulary, 'attach_types');
  const groups = new Map<number, { requests: Request[]; types: Map<string, string[]> }>();
  for (const type of numbersOf(vocabulary, 'prog_types')) {
    const same = grouped(attachTypes, (attachType) => matrix.verdicts.verdictOf(progLoad, type, attachType));
    const rest = restOf(same);
    for (const [byte, attached] of same) {
      const group = groups.get(byte) ?? { requests: [], types: new Map<string, string[]>() };
      groups.set(byte, group);
      group.requests.push(...attached.map((attachType) => asked(matrix, progLoad, type, attachType)));
      const words = byte === rest ? 'any other' : formatSet(vocabulary, 'attach_types', attached).join(', ');
      const names = group.types.get(words) ?? [];
      group.types.set(words, [...names, vocabulary.nameOf('prog_types', type)]);
    }
  }
  return [...groups].map(([byte, { requests, types }]) => ({
    byte,
    why: whyText(matrix, byte, requests),
    count: requests.length,
    entries: [...types].map(([words, names]) => `${names.join(', ')}: ${words}`),
  }));
}

/** The verdict that most of a type's attach types get which are not allowed, where others get another one. */
function restOf(groups: ReadonlyMap<number, readonly number[]>): number | undefined {
  if (groups.size === 1) return undefined;
  const denied = [...groups].filter(([byte]) => !decodeVerdict(byte).allowed);
  denied.sort(([, a], [, b]) => b.length - a.length);
  return denied[0]?.[0];
}

function section(title: string, groups: readonly Group[], style: Style): string {
  const sorted = [...groups].sort((a, b) => rank(a.byte) - rank(b.byte) || b.count - a.count || a.byte - b.byte);
  return `${style.strong(title)}\n${sorted.map((group) => groupText(group, style)).join('')}`;
}

/** What is allowed comes first, then what is denied, then what cannot be told. */
function rank(byte: number): number {
  const { allowed, outcome } = decodeVerdict(byte);
  return allowed ? 0 : isDecided(outcome) ? 1 : 2;
}

/** The answer and its reason, and under it who gets it. */
function groupText({ byte, why, entries }: Group, style: Style): string {
  const { allowed, errno } = decodeVerdict(byte);
  const answer = allowed ? style.good('allowed') : style.bad((errno ?? '-').padEnd('allowed'.length));
  const isLists = entries.some((entry) => entry.includes(': '));
  const lines = isLists ? entries.flatMap((entry) => wrapNames(entry)) : wrapNames(entries.join(', '));
  return [`  ${answer}  ${style.dim(why)}`, ...lines.map((line) => `    ${line}`), ''].join('\n');
}
