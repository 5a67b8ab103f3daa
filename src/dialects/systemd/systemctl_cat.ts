import type { PlacedText } from '../source_text.js';

/** A file of a unit: all of a text, or a part of the output of systemctl cat. */
export interface UnitFile {
  /** As systemd knows it: its name tells the type of the unit, and a drop-in by its folder. */
  readonly path: string;
  readonly lines: readonly PlacedText[];
}

/** The line with which systemctl cat starts a file. */
const HEADER =
  /^# (\/\S.*(?:\.(?:service|socket|mount|swap|automount|timer|path|slice|scope|target|device)|\.d\/[^/]+\.conf))$/;

/**
 * The files of the output of systemctl cat; undefined for another text. Source: systemd 262, src/shared/pretty-print.c: cat_files().
 */
export function filesOfCat(lines: readonly PlacedText[]): readonly UnitFile[] | undefined {
  const first = lines.findIndex(({ text }) => text.trim() !== '');
  if (first === -1 || !HEADER.test(lines[first]?.text ?? '')) return undefined;
  const files: { path: string; lines: PlacedText[] }[] = [];
  const before = lines.slice(0, first);
  for (const line of lines.slice(first)) {
    const [, path] = HEADER.exec(line.text) ?? [];
    if (path !== undefined) files.push({ path, lines: files.length === 0 ? [...before] : [] });
    files.at(-1)?.lines.push(line);
  }
  return files;
}

/** Whether a file is a drop-in, by its path. */
export function isDropInPath(path: string): boolean {
  return /\.d\/[^/]+\.conf$/.test(path);
}
