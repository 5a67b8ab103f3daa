import type { PermissionDifference } from '../engine/permission_differences.js';
import { TYPE_KIND, typeFieldOf } from '../request/command_fields.js';
import { nameCall } from '../request/name_request.js';
import { printable } from '../text/printable.js';
import { count } from './format.js';
import { formatSet } from './format_set.js';
import type { Matrix, MatrixComparison } from './matrix.js';
import type { Style } from './style.js';
import { formatVerdict } from './verdict_text.js';
import { wrapNames } from './wrap_names.js';

/** How many lines of differences are shown. */
const SHOWN = 20;

/** Differences of one command with the same answers, by types that differ with the same attach types. */
interface Line {
  readonly first: PermissionDifference;
  readonly types: number[];
  /** undefined: the command reads no attach type. */
  readonly attachTypes: string | undefined;
}

/** What another kernel answers otherwise, for people: both answers once, and the requests that get them. */
export function matrixDifferencesText(matrix: Matrix, comparison: MatrixComparison, style: Style): string {
  const { profile, differences } = comparison;
  const lines = linesOf(differences);
  const requests = differences.length === 1 ? '1 request' : `${count(differences.length)} requests`;
  const title = `${printable(profile)} answers ${requests} otherwise than ${printable(matrix.world.profile.name)}`;
  const rest = lines.length - SHOWN;
  return [
    style.strong(title),
    ...groupBy(lines.slice(0, SHOWN), answersOf).flatMap((group) => [
      `  ${answersOf(group[0] as Line)}`,
      ...group.flatMap((line) => wrapNames(requestsText(line))).map((line) => `    ${line}`),
    ]),
    ...(rest > 0 ? [`  and ${count(rest)} more ${rest === 1 ? 'line' : 'lines'}; --json has every request`] : []),
    '',
  ].join('\n');
}

function answersOf({ first: { here, there } }: Line): string {
  return `${formatVerdict(here)} here, ${formatVerdict(there)} there`;
}

function linesOf(differences: readonly PermissionDifference[]): Line[] {
  const ofOneType = groupBy(differences, ({ cell, vocabulary, here, there }) =>
    [cell.cmd, cell.type, here, there, vocabulary.count.attach_types].join(' '),
  );
  const lines = new Map<string, Line>();
  for (const group of ofOneType) {
    const first = group[0] as PermissionDifference;
    const { cell, vocabulary, here, there } = first;
    const isRead = nameCall(vocabulary, cell).expected_attach_type !== undefined && !isOtherPrograms(first);
    const attachTypes = isRead
      ? formatSet(
          vocabulary,
          'attach_types',
          group.map(({ cell }) => cell.attachType),
        ).join(', ')
      : undefined;
    const key = [cell.cmd, here, there, vocabulary.count.attach_types, attachTypes].join(' ');
    const line = lines.get(key);
    if (line) line.types.push(cell.type);
    else lines.set(key, { first, types: [cell.type], attachTypes });
  }
  return [...lines.values()];
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

/** `prog_load xdp, kprobe with attach type any` */
function requestsText({ first, types, attachTypes }: Line): string {
  const { cell, vocabulary } = first;
  const cmd = vocabulary.nameOf('cmds', cell.cmd);
  if (isOtherPrograms(first)) return `${cmd} (but for cgroup_skb)`;
  const field = typeFieldOf(cmd);
  const typed = field === undefined ? [] : [formatSet(vocabulary, TYPE_KIND[field], types).join(', ')];
  return [cmd, ...typed, ...(attachTypes === undefined ? [] : [`with attach type ${attachTypes}`])].join(' ');
}

/** Whether the cell of a command that attaches is for programs of all types that ask alike (permissionCells()). */
function isOtherPrograms({ cell, vocabulary }: PermissionDifference): boolean {
  const cmd = vocabulary.nameOf('cmds', cell.cmd);
  return (cmd === 'prog_attach' || cmd === 'link_create') && cell.type === 0;
}
