import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Source } from '../dialects/source_text.js';
import { MAX_SCENARIO_BYTES } from '../scenario/parse_scenario.js';
import { dropInFolders } from './drop_in_folders.js';
import { fileName, readTextFile } from './read_file.js';

/** Files that are read together: a unit and its drop-ins; any other file alone. */
export interface FileGroup {
  readonly source: Source;
  readonly attached: readonly Source[];
  /** Paths of them all, the first one's first. */
  readonly paths: readonly string[];
}

const UNIT = /\.(?:service|socket|mount|swap)$/;

/**
 * Reads files of other tools; `-` is standard input. A unit brings the drop-ins of the folders beside it (`web.service.d`, `service.d`), in
 * the order of their names, in which systemd reads them. Throws InputError for a file that cannot be read, or is larger than a scenario.
 */
export function readDialectFiles(given: readonly string[]): readonly FileGroup[] {
  // A file that is named twice, in whatever way, is read once.
  const paths = given.filter((path, i) => given.findIndex((other) => placeOf(other) === placeOf(path)) === i);
  const taken = new Set<string>();
  const groups = new Map<string, string[]>();
  const instances = paths.filter((path) => isInstance(path));
  const profiles = instances.length > 0 ? paths.filter((path) => isProfile(path)) : [];
  for (const path of paths) {
    groups.set(path, UNIT.test(path) ? dropInsOf(path, paths) : instances.includes(path) ? profiles : []);
  }
  for (const dropIns of groups.values()) for (const dropIn of dropIns) taken.add(placeOf(dropIn));
  return [...groups]
    .filter(([path]) => !taken.has(placeOf(path)))
    .map(([path, dropIns]) => ({ source: read(path), attached: dropIns.map(read), paths: [path, ...dropIns] }));
}

/** The same for every way to name a file; `-` is standard input. */
function placeOf(path: string): string {
  return path === '-' ? path : resolve(path);
}

function read(path: string): Source {
  return { file: fileName(path), text: readTextFile(path, MAX_SCENARIO_BYTES, 'a file that delegates is not as long') };
}

/** Whether a file is YAML of an instance of Incus or LXD, which names its profiles; or of a profile, which names none. */
function isInstance(path: string): boolean {
  return isYaml(path) && /^profiles:/m.test(read(path).text);
}

function isProfile(path: string): boolean {
  return isYaml(path) && /^config:/m.test(read(path).text) && !isInstance(path);
}

function isYaml(path: string): boolean {
  return /\.ya?ml$/.test(path);
}

/**
 * The drop-ins of a unit: those in the folders beside it, and those that are given. systemd passes over what is no file there.
 */
function dropInsOf(unit: string, given: readonly string[]): string[] {
  const folders = dropInFolders(basename(unit));
  const beside = new Map<string, string>();
  const all = folders.flatMap((name) => dropInsIn(join(dirname(unit), name)));
  for (const path of all) if (!beside.has(basename(path))) beside.set(basename(path), path);
  const own = new Set(all.map(placeOf));
  const others = given.filter((path) => folders.includes(basename(dirname(path))) && !own.has(placeOf(path)));
  const found = [...beside.values(), ...others.filter((path) => path.endsWith('.conf'))];
  return found.sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
}

function dropInsIn(folder: string): readonly string[] {
  if (!isOf(folder, 'folder')) return [];
  const paths = readdirSync(folder).map((name) => join(folder, name));
  return paths.filter((path) => path.endsWith('.conf') && isOf(path, 'file'));
}

/** Whether a path leads to a file, or to a folder. */
function isOf(path: string, kind: 'file' | 'folder'): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return kind === 'file' ? found?.isFile() === true : found?.isDirectory() === true;
}
