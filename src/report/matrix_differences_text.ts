import type { PermissionDifference } from '../explain/permission_differences.js';
import { grouped } from '../grouped.js';
import { isOtherPrograms } from '../kernel/permission_cells.js';
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

/** Differences of one command with the same answers, of types that differ with the same attach types. */
interface Line {
  readonly first: PermissionDifference;
  readonly types: readonly number[];
  /** Names; undefined where the command reads none. */
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
    ...[...grouped(lines.slice(0, SHOWN), answersOf)].flatMap(([answers, group]) => [
      `  ${answers}`,
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
  // Releases of different lengths say `any` of different attach types.
  const keyOf = ({ cell, vocabulary, here, there }: PermissionDifference): string =>
    [cell.cmd, here, there, vocabulary.count.attach_types].join(' ');
  const ofOneType = grouped(differences, (difference) => `${keyOf(difference)} ${difference.cell.type}`);
  const named = [...ofOneType.values()].map((group) => {
    const first = group[0] as PermissionDifference;
    return { first, attachTypes: attachTypesText(first, group) };
  });
  return [...grouped(named, ({ first, attachTypes }) => `${keyOf(first)} ${attachTypes}`).values()].map((group) => ({
    ...(group[0] as (typeof named)[number]),
    types: group.map(({ first }) => first.cell.type),
  }));
}

/** The attach types of differences of one type; undefined where the command reads none. */
function attachTypesText(
  { cell, vocabulary }: PermissionDifference,
  group: readonly PermissionDifference[],
): string | undefined {
  const { expected_attach_type } = nameCall(vocabulary, cell);
  if (expected_attach_type === undefined || isOtherPrograms(vocabulary, cell)) return undefined;
  const numbers = group.map(({ cell }) => cell.attachType);
  return formatSet(vocabulary, 'attach_types', numbers).join(', ');
}

/** `prog_load xdp, kprobe with attach type any` */
function requestsText({ first, types, attachTypes }: Line): string {
  const { cell, vocabulary } = first;
  const cmd = vocabulary.nameOf('cmds', cell.cmd);
  if (isOtherPrograms(vocabulary, cell)) return `${cmd} (but for cgroup_skb)`;
  const field = typeFieldOf(cmd);
  const typed = field === undefined ? [] : [formatSet(vocabulary, TYPE_KIND[field], types).join(', ')];
  return [cmd, ...typed, ...(attachTypes === undefined ? [] : [`with attach type ${attachTypes}`])].join(' ');
}
