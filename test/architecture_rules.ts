import { posix } from 'node:path';

/** What a file imports. */
export interface FileImports {
  /** Files of the project, as paths from its root. */
  readonly files: readonly string[];
  /** Packages and files of packages, as they are written. */
  readonly packages: readonly string[];
}

/** By file, as paths from the project's root. */
export type Imports = ReadonlyMap<string, FileImports>;

/** Files that both compilers read, so that numbers are written once: all that the hot path may import. */
const SHARED_WITH_ASSEMBLY = [
  'src/abi/verdict.ts',
  'src/abi/memory_layout.ts',
  'src/abi/read_layout.ts',
  'src/abi/text_layout.ts',
];

/** What the text of a TypeScript file imports. */
export function importsOf(file: string, text: string): FileImports {
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*'([^'\n]+)'/g)].map(
    ([, specifier]) => specifier as string,
  );
  const isOwn = (specifier: string) => specifier.startsWith('.');
  return {
    files: specifiers
      .filter(isOwn)
      .map((specifier) => `${posix.join(posix.dirname(file), specifier).replace(/\.(js|ts)$/, '')}.ts`),
    packages: specifiers.filter((specifier) => !isOwn(specifier)),
  };
}

/** Imports of folders that are not below the importing one. `layers` starts with the topmost. */
export function upwardImports(imports: Imports, layers: readonly string[]): string[] {
  return [...imports].flatMap(([file, { files }]) => {
    // Public entries in src itself may import every folder.
    if (/^src\/index\.ts$/.test(file)) return [];
    const from = layers.indexOf(folderOf(file));
    if (from === -1) return [`${file} is in no folder of the table`];
    return files
      .filter((to) => folderOf(to) !== folderOf(file))
      .filter((to) =>
        folderOf(file) === 'assembly' ? !SHARED_WITH_ASSEMBLY.includes(to) : layers.indexOf(folderOf(to)) <= from,
      )
      .map((to) => `${file} imports ${to}`);
  });
}

/** Sets of files that import each other in circles, sorted. */
export function circlesOf(imports: Imports): string[][] {
  const reached = new Map([...imports.keys()].map((file) => [file, reachedFrom(file, imports)]));
  const circles = new Map<string, string[]>();
  for (const [file, others] of reached) {
    if (!others.has(file)) continue;
    const circle = [...others].filter((other) => reached.get(other)?.has(file)).sort();
    circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}

function reachedFrom(start: string, imports: Imports): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [start];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const to of imports.get(file)?.files ?? []) {
      if (found.has(to)) continue;
      found.add(to);
      waiting.push(to);
    }
  }
  return found;
}

/** Files of packages that are not `documented`, each with the files that import it. */
export function privateFilesOf(imports: Imports, documented: (specifier: string) => boolean): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [file, { packages }] of imports) {
    for (const specifier of packages) {
      if (specifier.startsWith('node:') || documented(specifier)) continue;
      found[specifier] = [...new Set([...(found[specifier] ?? []), file])].sort();
    }
  }
  return found;
}

function folderOf(file: string): string {
  const [first, second] = file.split('/');
  return first === 'src' ? `src/${second?.replace(/\.ts$/, '')}` : (first as string);
}
