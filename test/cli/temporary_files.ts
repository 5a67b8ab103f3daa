import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder that is removed after the tests of a file, and what writes a file in it and answers its path. */
export function temporaryFiles(name: string): {
  readonly folder: string;
  readonly file: (path: string, text: string) => string;
} {
  const folder = mkdtempSync(join(tmpdir(), `bpftoken-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (inside: string, text: string): string => {
    const path = join(folder, inside);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  return { folder, file };
}
