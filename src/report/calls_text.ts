import { grouped } from '../grouped.js';
import type { NamedCell } from '../kernel/permission_cells.js';
import { isOtherPrograms } from '../kernel/permission_cells.js';
import type { Vocabulary } from '../kernel/vocabulary.js';
import { formatSet } from './format_set.js';

/** Calls in words, a line for each command with types, and one for all commands without. */
export function describeCalls(cells: readonly NamedCell[]): string[] {
  const lines: string[] = [];
  const plain: string[] = [];
  for (const [name, own] of grouped(cells, ({ vocabulary, cmd }) => vocabulary.nameOf('cmds', cmd))) {
    const { vocabulary } = own[0] as NamedCell;
    if (name === 'map_create') lines.push(`${name} ${typesOf(vocabulary, 'map_types', own)}`);
    else if (name === 'prog_load') lines.push(...programLines(vocabulary, own));
    else {
      const [others, cgroupSkb] = [true, false].map((isOther) =>
        own.filter((cell) => isOtherPrograms(cell.vocabulary, cell) === isOther),
      ) as [NamedCell[], NamedCell[]];
      const isAttaching = others.length > 0 || (own[0] as NamedCell).type !== 0;
      if (!isAttaching) plain.push(name);
      if (isAttaching && others.length > 0) lines.push(`${name} of programs but for cgroup_skb`);
      if (isAttaching && cgroupSkb.length > 0)
        lines.push(`${name} of cgroup_skb programs to ${attachTypesOf(vocabulary, cgroupSkb)}`);
    }
  }
  return plain.length > 0 ? [...lines, plain.join(', ')] : lines;
}

function typesOf(vocabulary: Vocabulary, kind: 'map_types' | 'prog_types', cells: readonly NamedCell[]): string {
  return formatSet(
    vocabulary,
    kind,
    cells.map(({ type }) => type),
  ).join(', ');
}

function attachTypesOf(vocabulary: Vocabulary, cells: readonly NamedCell[]): string {
  const attached = cells.map(({ attachType }) => attachType);
  const names = formatSet(vocabulary, 'attach_types', attached).join(', ');
  return names === 'any' ? 'any attach type' : `attach type${attached.length === 1 ? '' : 's'} ${names}`;
}

/** Program types with the same attach types together. */
function programLines(vocabulary: Vocabulary, cells: readonly NamedCell[]): string[] {
  const byType = [...grouped(cells, ({ type }) => type)];
  const byAttachTypes = grouped(byType, ([, own]) => attachTypesOf(vocabulary, own));
  return [...byAttachTypes].map(([words, types]) => {
    const names = formatSet(
      vocabulary,
      'prog_types',
      types.map(([type]) => type),
    );
    return `prog_load ${names.join(', ')} (${words})`;
  });
}
