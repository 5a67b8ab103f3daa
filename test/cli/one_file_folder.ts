import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach } from 'vitest';
import { ROOT } from './run_cli.js';

export const FLEET = join(ROOT, 'examples/fleet.yaml');
export const TABLE = 'task,cmd\nweb,btf_load\n';
export const folder = mkdtempSync(join(tmpdir(), 'bpftoken-one-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

export const at = (name: string): string => join(folder, name);
/** All that lies in the folder, with what it holds. */
export const contents = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(at(name), 'utf8')]),
  );

beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(at('sub'), { recursive: true });
  writeFileSync(at('s.yaml'), readFileSync(FLEET));
  writeFileSync(at('r.csv'), TABLE);
  symlinkSync('r.csv', at('symbolic.csv'));
  linkSync(at('r.csv'), at('hard.csv'));
  symlinkSync('new.csv', at('dangling.csv'));
  symlinkSync('sub', at('sub-link'));
});
