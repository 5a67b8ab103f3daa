import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The rooms in the order of the table in docs/architecture.md: what is above may read what is below. */
const ROOMS = [
  ...readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8').matchAll(/^\| `(src\/[a-z]+|assembly)(?:\.ts)?` \|/gm),
].map(([, room]) => room as string);

/** Files that both compilers read, so that numbers are written once: the assembly's own reach stays with these. */
const SHARED_WITH_ASSEMBLY = ['src/abi/verdict', 'src/engine/layout'];

/** TypeScript files of a folder, as paths from the root. */
function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file).replaceAll(sep, '/'));
}

function roomOf(file: string): string {
  const [first, second] = file.split('/');
  return first === 'src' ? `src/${second}` : (first as string);
}

/** What a file reads of the project's own, as paths from the root, without their extension. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from|import\(?)\s*'(\.[^']+)'/g)].map(([, to]) =>
    relative(ROOT, join(ROOT, dirname(file), to as string))
      .replaceAll(sep, '/')
      .replace(/\.js$/, ''),
  );
}

test('a room reads only what lies below it', () => {
  // What lies in src itself is the door, which opens on every room.
  const files = ['src', 'assembly'].flatMap(filesIn).filter((file) => !/^src\/[^/]+$/.test(file));
  expect(files.length).toBeGreaterThan(100);
  const upwards = files.flatMap((file) => {
    const from = ROOMS.indexOf(roomOf(file));
    if (from === -1) return [`${file} is in no room of the table`];
    return importsOf(file)
      .filter((to) => (roomOf(file) === 'assembly' ? !isAssembly(to) : ROOMS.indexOf(roomOf(to)) < from))
      .map((to) => `${file} reads ${to}`);
  });
  expect(upwards).toEqual([]);
});

function isAssembly(to: string): boolean {
  return roomOf(to) === 'assembly' || SHARED_WITH_ASSEMBLY.includes(to);
}
