import type { World } from '../kernel/world.js';
import { nearestOf } from '../names/nearest.js';
import { csvField } from '../requests/text.js';
import { GROUP_COLUMNS, type Group, type GroupColumn, Grouping } from './batch/groups.js';
import { openSink, sinkOf } from './batch/sink.js';
import { InputError } from './exit.js';

/** A type is in one of two columns. */
const TYPE: readonly GroupColumn[] = ['map_type', 'prog_type'];

/** What `--summary task,cmd,reason` asks for; undefined without it. Throws an InputError for what is no such column. */
export function summaryOption(text: string | undefined, world: World): Grouping | undefined {
  if (text === undefined) return undefined;
  const columns = text.split(',').flatMap((part) => {
    const name = part.trim().toLowerCase().replaceAll('-', '_');
    if (name === 'type') return TYPE;
    const column = GROUP_COLUMNS.find((known) => known === name);
    if (column) return [column];
    const nearest = nearestOf(name, GROUP_COLUMNS);
    throw new InputError(
      `--summary ${part}: one of ${GROUP_COLUMNS.join(', ')} is expected${nearest ? `; did you mean ${nearest}?` : ''}`,
    );
  });
  try {
    return new Grouping(world, [...new Set(columns)]);
  } catch (error) {
    if (error instanceof RangeError) throw new InputError(`--summary ${error.message}`);
    throw error;
  }
}

/** Groups as JSON: an object each, null where a column says nothing. */
export function groupsJson(columns: readonly GroupColumn[], groups: readonly Group[]): Record<string, unknown>[] {
  return groups.map(({ texts, rows }) => ({
    ...Object.fromEntries(columns.map((column, i) => [column, texts[i] || null])),
    rows,
  }));
}

/** Writes groups as CSV, whole or not at all. Throws a BatchFileError. */
export async function writeGroups(
  path: string,
  columns: readonly GroupColumn[],
  groups: readonly Group[],
): Promise<void> {
  const sink = await openSink(sinkOf(path, 'csv'), process.stdout, undefined);
  const lines = [[...columns, 'rows'], ...groups.map(({ texts, rows }) => [...texts.map(csvField), String(rows)])];
  try {
    await sink?.write(lines.map((cells) => `${cells.join(',')}\n`).join(''));
    await sink?.finish();
  } catch (error) {
    await sink?.discard();
    throw error;
  }
}
