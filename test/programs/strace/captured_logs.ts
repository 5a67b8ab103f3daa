import { readdirSync, readFileSync } from 'node:fs';
import type { Source } from '../../../src/dialects/source_text.js';

const FOLDER = new URL('captured/', import.meta.url);

/** Logs that strace 6.1 and 7.2 wrote on Linux 6.18, by name: what was run is said in docs/strace.md. */
export const CAPTURED: readonly Source[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.txt'))
  .sort()
  .map((name) => ({ file: name, text: readFileSync(new URL(name, FOLDER), 'utf8') }));

/** A captured log by the start of its name. */
export function captured(start: string): Source {
  const found = CAPTURED.filter(({ file }) => file.startsWith(start));
  if (found.length !== 1) throw new Error(`${found.length} captured logs start with ${start}`);
  return found[0] as Source;
}
