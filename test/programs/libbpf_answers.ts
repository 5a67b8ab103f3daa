import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What libbpf 1.7 opens of an object and sends for it, and what llvm-objdump shows; recorded by scripts/referee/objects.mjs. */
export interface ObjectAnswers {
  readonly object: string;
  /** Where libbpf does not open it. */
  readonly error?: number;
  readonly loads: readonly unknown[];
  /** What functions refer to: `FUNCTION NAME`. */
  readonly references: readonly string[];
  readonly calls: readonly string[];
  readonly loops: readonly string[];
}

interface SectionAnswers {
  readonly section: string;
  /** By release of libbpf: type and attach type, `2 0`, or `none`. */
  readonly answers: Readonly<Record<string, string>>;
}

const lines = readFileSync(new URL('libbpf_answers.ndjson', import.meta.url), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line): SectionAnswers | ObjectAnswers => JSON.parse(line));

export const SECTION_ANSWERS = lines.filter((line) => 'section' in line);
export const OBJECT_ANSWERS = lines.filter((line) => 'object' in line);

/** The folder of the compiled objects. */
export const OBJECTS = fileURLToPath(new URL('objects', import.meta.url));

/** The bytes of one of them. */
export function objectBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`${OBJECTS}/${name}`));
}

/** The comparisons of the script that asks libbpf and llvm-objdump. */
export const comparison: Comparison = await import(
  new URL('../../scripts/referee/object_comparison.mjs', import.meta.url).href
);

type RuleOf = (section: string) => unknown;
interface Comparison {
  compareOpened(object: unknown, answers: unknown, ruleOf: RuleOf): string[];
  compareLoads(object: unknown, loads: readonly unknown[], ruleOf: RuleOf): { problems: string[]; compared: number };
  compareReferences(object: unknown, references: readonly string[]): string[];
  compareCalls(
    object: unknown,
    shown: { calls: readonly string[]; loops: ReadonlySet<string> },
  ): { problems: string[]; calls: number };
}
