import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['assembly', 'bench', 'docs', 'examples', 'recorder', 'scripts', 'src', 'test'];
const TEXT = /\.(ts|mts|mjs|c|h|md|yaml)$/;

interface Retired {
  /** A regular expression for whole words, case-insensitive. */
  readonly word: string;
  /** The words to use. */
  readonly instead: string;
  /** Files that may have it, each with the reason. */
  readonly exceptions?: Readonly<Record<string, string>>;
}

const TASK_NAME = 'the name of a task in test data';

/** Words that the project used for terms the field has, and words that make a sentence vague. */
const RETIRED: readonly Retired[] = [
  { word: 'crews?', instead: 'worker pool' },
  { word: 'desks?', instead: 'decode buffer' },
  { word: 'ledgers?', instead: 'claims' },
  { word: 'dice', instead: 'random source' },
  { word: 'tally|tallies', instead: 'counts, statistics' },
  { word: 'misfits?', instead: 'mismatch' },
  { word: 'makeable', instead: 'constructible' },
  { word: 'bury|buried|breathe|breathed', instead: 'the name of the event' },
  { word: 'rivals?|contenders?', instead: 'baseline, candidate' },
  { word: 'roads?', instead: 'pipeline, end to end' },
  { word: 'surfaces?', instead: 'permission set' },
  { word: 'situations?', instead: 'case, world' },
  { word: 'ask table', instead: 'requirement table' },
  { word: 'odd (rows?|codes?|ones?|lanes?)', instead: 'slow path, unresolved' },
  { word: 'hands (out|over|on)|in good hands', instead: 'passes, returns' },
  { word: 'shelf|shelves', instead: 'allocator' },
  {
    word: 'whoever|somebody|anybody|everybody',
    instead: 'the caller, the reader, every task',
    exceptions: {
      'test/conformance/broken.test.ts': 'a caller that the format does not have',
      'test/engine/evaluator.test.ts': 'a task that does not exist',
    },
  },
  {
    word: 'nobody',
    instead: 'no caller, no reader',
    exceptions: {
      'scripts/referee/systemd_guest.mjs': 'the name of a user',
      'scripts/referee/token_units.mjs': 'the name of a user',
      'src/dialects/systemd/unit_process.ts': 'the name of a user',
      'test/dialects/systemd.test.ts': 'the name of a user',
      'test/batch/batch.test.ts': TASK_NAME,
      'test/batch/summary_keys.test.ts': TASK_NAME,
      'test/cli/bench.test.ts': 'the name of a file',
      'test/cli/eval.test.ts': TASK_NAME,
      'test/cli/formats.test.ts': TASK_NAME,
      'test/conformance/broken.test.ts': 'a namespace that does not exist',
      'test/conformance/out_of_scope_rules.test.ts': 'a caller without privileges',
      'test/conformance/use.test.ts': 'a caller without privileges',
      'test/scenario/bad_scenarios.ts': TASK_NAME,
      'test/tables/arrow/damage.test.ts': TASK_NAME,
      'test/tables/random_tables.ts': TASK_NAME,
      'test/tables/small_world.ts': TASK_NAME,
      'test/tables/text/fast_path.test.ts': TASK_NAME,
    },
  },
  { word: 'so many', instead: 'a number of, at most, this many' },
];

/** Names of types that stand in a comment in place of the word that they were renamed from. */
const TYPE_FOR_WORD =
  /\b(BatchWorkers (out|over|on)|DictionaryBuilder (of|in|and|joined|a|that)|RowDiagnostics (are|of|kept)|FullColumns (every|of the|that|the))\b/;

const files = [
  'README.md',
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(folder, file).replaceAll(sep, '/'),
    ),
  ),
].filter((file) => TEXT.test(file) && !/node_modules|\.generated\.ts$|^test\/words\.test\.ts$/.test(file));
const texts = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));

/** `file:line: the line`, of the lines that match. */
function linesWith(pattern: RegExp, without: Readonly<Record<string, string>> = {}): string[] {
  return [...texts].flatMap(([file, text]) =>
    file in without || !pattern.test(text)
      ? []
      : text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
  );
}

const patternOf = (word: string): RegExp => new RegExp(`(?<![\\w-])(?:${word})(?![\\w-])`, 'i');

test('every file is read', () => {
  expect(files.length).toBeGreaterThan(450);
});

test.each(RETIRED)('no file has the retired word $word; instead: $instead', ({ word, exceptions }) => {
  expect(linesWith(patternOf(word), exceptions)).toEqual([]);
});

test('no exception outlives its file or its word', () => {
  const unused = RETIRED.flatMap(({ word, exceptions = {} }) =>
    Object.keys(exceptions).filter((file) => !patternOf(word).test(texts.get(file) ?? '')),
  );
  expect(unused).toEqual([]);
});

test('no comment has the name of a type where a plain word belongs', () => {
  expect(linesWith(TYPE_FOR_WORD)).toEqual([]);
});

test('no file is named by a retired word', () => {
  const named = files.filter((file) =>
    /(^|[/_])(crew|desk|ledger|dice|tally|rival|road|surface|situation|odd|corners|peers?)s?[._/]/.test(file),
  );
  expect(named).toEqual([]);
});
