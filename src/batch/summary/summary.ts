import { ERRNO, errnoName } from '../../abi/errno.js';
import { OUTCOME_MASK, Outcome } from '../../abi/verdict.js';
import { decodeVerdict, isSameAnswer, OUTCOMES } from '../../kernel/verdict.js';
import { LIBERTY_ERRNO_NAMES } from '../../kernel/verifier/liberties.js';
import { MAX_IDS, type WorldNames } from '../../kernel/world.js';
import { EXPECT_ALLOWED, EXPECT_NONE, type RequestChunk } from '../../tables/request_table.js';
import type { RowDiagnostics } from '../../tables/rows/row_diagnostics.js';
import type { BatchPlan } from '../plan.js';
import { addGroups, type Group, type Grouping, type Groups } from './group_by.js';
import type { GroupColumn } from './group_columns.js';

const KEPT = 20;
/** Instead of an errno: the request cannot be made. */
const UNDECIDED = -1;

/** How often another profile (or another world with the same ids) answered otherwise. */
export interface Comparison {
  readonly profile: string;
  /** Rows where allowed or the errno differs. */
  answers: number;
  /** Rows where anything differs, the reason or the token's fate included. */
  verdicts: number;
  /** The first rows whose answer differs, in the order of the table. */
  first: readonly DifferentRow[];
}

/** A row that another profile answers otherwise. */
export interface DifferentRow {
  /** 1-based row of the table. */
  readonly row: number;
  /** 1-based line of the file. */
  readonly line?: number;
  /** The verdict byte, and that of the other profile. */
  readonly verdict: number;
  readonly other: number;
}

/** A row that did not get what its `expect` column says. */
export interface UnmetExpectation {
  /** 1-based row of the table. */
  readonly row: number;
  /** 1-based line of the file. */
  readonly line?: number;
  /** `allowed` or an errno name. */
  readonly expected: string;
  readonly verdict: number;
}

/** The counts of the `expect` column. */
export interface Expectations {
  /** Rows that expect something. */
  checked: number;
  /** Of these, rows that got something else; rows that could not be decided among them. */
  unmet: number;
  /** The first unmet ones, in the order of the table. */
  readonly first: UnmetExpectation[];
}

/** What is counted of rows, wherever they are decided: plain data, which passes between threads. */
export interface Counts {
  rows: number;
  /** Rows by verdict byte: 256 counts. */
  readonly verdicts: Float64Array;
  /** Rows by task and outcome, at task * 32 + outcome. One task more than the world has: rows without a known one. */
  readonly tasks: Float64Array | Uint32Array;
  /** Instead of them, of fewer rows than there are such places: the place of each row, in pieces. */
  readonly taskPlaces?: Uint32Array[];
  readonly comparisons: readonly Comparison[];
  readonly expectations: Expectations;
  /** Rows by group, where they are asked for. */
  readonly groupCounts?: Groups;
}

/** What a batch found. */
export interface Summary extends Counts {
  readonly tasks: Float64Array;
  /** Name of the profile that answered. */
  readonly profile: string;
  /** Rows that could not be read, or that name a task or token the world does not have. */
  badRows: number;
  readonly problems: RowDiagnostics;
  /** The output was closed early: the counts cover the rows decided before that. */
  isTruncated: boolean;
  elapsedMs: number;
  /** The columns that rows were grouped by, and the groups, largest first; where that was asked for. */
  readonly groupBy?: readonly GroupColumn[];
  groups?: readonly Group[];
  /** How the batch was executed. */
  readonly plan: BatchPlan;
  /** Bytes of memory that this process had at most, its worker threads' among them. */
  peakMemory: number;
}

/**
 * Counts of no rows of a world, and of those other profiles were asked: to count some millions, or at most `rows` where that is
 * known.
 */
export function emptyCounts(
  world: Pick<WorldNames, 'tasks'>,
  compared: readonly string[],
  grouping?: Grouping | undefined,
  rows?: number,
): Counts {
  // They are passed between threads: of few rows, places are fewer than counts. Half as large as those of a summary.
  const isSparse = rows !== undefined && rows < taskCounts(world);
  return {
    rows: 0,
    verdicts: new Float64Array(256),
    tasks: new Uint32Array(isSparse ? 0 : taskCounts(world)),
    ...(isSparse ? { taskPlaces: [] } : {}),
    comparisons: compared.map((profile) => ({ profile, answers: 0, verdicts: 0, first: [] })),
    expectations: { checked: 0, unmet: 0, first: [] },
    ...(grouping ? { groupCounts: grouping.none() } : {}),
  };
}

function taskCounts({ tasks }: Pick<WorldNames, 'tasks'>): number {
  return (tasks.length + 1) * OUTCOMES;
}

/** A summary of no rows. */
export function emptySummary(
  world: WorldNames,
  compared: readonly WorldNames[],
  problems: RowDiagnostics,
  plan: BatchPlan,
  grouping?: Grouping | undefined,
): Summary {
  return {
    ...emptyCounts(
      world,
      compared.map(({ profile }) => profile.name),
      grouping,
    ),
    tasks: new Float64Array(taskCounts(world)),
    profile: world.profile.name,
    plan,
    ...(grouping ? { groupBy: grouping.columns } : {}),
    badRows: 0,
    problems,
    isTruncated: false,
    elapsedMs: 0,
    peakMemory: 0,
  };
}

/** Rows of a summary that were allowed (the descriptor decides, among them). */
export function allowedRows(summary: Summary): number {
  return summary.verdicts.reduce((rows, count, byte) => rows + (decodeVerdict(byte).allowed ? count : 0), 0);
}

/** Counts rows by verdict, and by task and outcome: `task` has the task of each. */
export function countRows(counts: Counts, task: Uint16Array, verdicts: Uint8Array): void {
  const { verdicts: byVerdict, tasks, taskPlaces } = counts;
  const places = taskPlaces && new Uint32Array(verdicts.length);
  const unknownTask = taskPlaces ? MAX_IDS : tasks.length / OUTCOMES - 1;
  for (let row = 0; row < verdicts.length; row++) {
    const verdict = verdicts[row] as number;
    const place = Math.min(task[row] as number, unknownTask) * OUTCOMES + (verdict & OUTCOME_MASK);
    byVerdict[verdict] = (byVerdict[verdict] as number) + 1;
    if (places) places[row] = place;
    else tasks[place] = (tasks[place] as number) + 1;
  }
  if (places) taskPlaces?.push(places);
  counts.rows += verdicts.length;
}

/** Where the rows of a chunk are in their table. */
type CountedRows = Pick<RequestChunk, 'firstRow' | 'lines'>;

/** Counts where `others`, what each of the compared evaluators answered, differ. */
export function tallyComparisons(
  counts: Counts,
  chunk: CountedRows,
  verdicts: Uint8Array,
  others: readonly Uint8Array[],
): void {
  others.forEach((other, i) => {
    tallyComparison(counts.comparisons[i] as Comparison, chunk, verdicts, other);
  });
}

/** Rows of a table that were decided and counted where they were read. */
export interface CountedSplit {
  readonly counts: Counts;
  readonly rowsBefore: number;
  readonly linesBefore: number;
}

/** Counts a chunk, whose groups `grouping` tells apart. Chunks come in the order of the table. */
export function tallyChunk(
  counts: Counts,
  chunk: RequestChunk,
  verdicts: Uint8Array,
  others: readonly Uint8Array[],
  grouping?: Grouping | undefined,
): void {
  countRows(counts, chunk.columns.task, verdicts);
  tallyComparisons(counts, chunk, verdicts, others);
  tallyFindings(counts, chunk, verdicts, grouping);
}

/** Counts what the rows of a chunk expect, and their groups. */
export function tallyFindings(
  counts: Counts,
  chunk: Omit<RequestChunk, 'lines'>,
  verdicts: Uint8Array,
  grouping: Grouping | undefined,
): void {
  const { expects } = chunk;
  if (expects) checkExpectations(counts.expectations, chunk, expects, verdicts);
  if (counts.groupCounts) grouping?.count(counts.groupCounts, chunk, verdicts);
}

/**
 * Adds what was counted elsewhere, of a part of the table after the given numbers of rows and lines. Throws a
 * TooManyGroupsError.
 */
export function addCounts(into: Counts, part: Counts, rowsBefore = 0, linesBefore = 0): void {
  into.rows += part.rows;
  addTo(into.verdicts, part.verdicts);
  if (part.taskPlaces) addPlaces(into.tasks, part.taskPlaces);
  else addTo(into.tasks, part.tasks);
  part.comparisons.forEach(({ answers, verdicts, first }, i) => {
    const comparison = into.comparisons[i] as Comparison;
    comparison.answers += answers;
    comparison.verdicts += verdicts;
    // Parts of generated rows come in any order.
    comparison.first = [...comparison.first, ...first.map((row) => placed(row, rowsBefore, linesBefore))]
      .sort((a, b) => a.row - b.row)
      .slice(0, KEPT);
  });
  if (into.groupCounts && part.groupCounts) addGroups(into.groupCounts, part.groupCounts);
  into.expectations.checked += part.expectations.checked;
  into.expectations.unmet += part.expectations.unmet;
  const { first } = into.expectations;
  for (const unmet of part.expectations.first.slice(0, KEPT - first.length)) {
    first.push(placed(unmet, rowsBefore, linesBefore));
  }
}

/** A row of a part of the table, as one of the table. */
function placed<Row extends { readonly row: number; readonly line?: number }>(
  found: Row,
  rowsBefore: number,
  linesBefore: number,
): Row {
  const { row, line } = found;
  return { ...found, row: row + rowsBefore, ...(line === undefined ? {} : { line: line + linesBefore }) };
}

/** Adds 1 at each place; one of a task past the last is that of rows without a known one. */
function addPlaces(sums: Counts['tasks'], pieces: readonly Uint32Array[]): void {
  const last = sums.length - OUTCOMES;
  for (const piece of pieces) {
    for (const place of piece) {
      const at = place < last ? place : last + (place % OUTCOMES);
      sums[at] = (sums[at] as number) + 1;
    }
  }
}

function addTo(sums: Counts['tasks'], counts: Counts['tasks']): void {
  for (let i = 0; i < counts.length; i++) sums[i] = (sums[i] as number) + (counts[i] as number);
}

function tallyComparison(
  comparison: Comparison,
  { firstRow, lines }: CountedRows,
  verdicts: Uint8Array,
  others: Uint8Array,
): void {
  const first = [...comparison.first];
  for (let row = 0; row < verdicts.length; row++) {
    const verdict = verdicts[row] as number;
    const other = others[row] as number;
    if (verdict === other) continue;
    comparison.verdicts += 1;
    if (isSameAnswer(verdict, other)) continue;
    comparison.answers += 1;
    if (first.length >= KEPT) continue;
    const line = lines?.[row];
    first.push({ row: firstRow + row + 1, ...(line === undefined ? {} : { line }), verdict, other });
  }
  comparison.first = first;
}

/** Rows whose verdict says that they could not be read. */
export function undecidableRows(summary: Summary): number {
  let rows = 0;
  for (const outcome of [Outcome.BAD_ROW, Outcome.NO_SUCH_TASK, Outcome.NO_SUCH_TOKEN]) {
    for (let byte = outcome; byte < 256; byte += OUTCOMES) rows += summary.verdicts[byte] as number;
  }
  return rows;
}

/** By verdict byte: EXPECT_ALLOWED, an errno, or UNDECIDED. */
const ANSWERS: Int16Array = Int16Array.from({ length: 256 }, (_, byte) => {
  const { allowed, errno } = decodeVerdict(byte);
  if (allowed) return EXPECT_ALLOWED;
  return errno ? ERRNO[errno] : UNDECIDED;
});

/** What loads return that a liberty is withheld from: a verdict byte does not say which one. */
const LIBERTY_ERRNOS: ReadonlySet<number> = new Set(LIBERTY_ERRNO_NAMES.map((name) => ERRNO[name]));

function isOfLiberty(expected: number, verdict: number): boolean {
  return (verdict & OUTCOME_MASK) === Outcome.LIBERTY_NOT_GRANTED && LIBERTY_ERRNOS.has(expected);
}

function checkExpectations(
  expectations: Expectations,
  { firstRow, lines }: RequestChunk,
  expects: Int16Array,
  verdicts: Uint8Array,
): void {
  for (let row = 0; row < verdicts.length; row++) {
    const expected = expects[row] as number;
    if (expected === EXPECT_NONE) continue;
    expectations.checked += 1;
    const verdict = verdicts[row] as number;
    if (expected === ANSWERS[verdict] || isOfLiberty(expected, verdict)) continue;
    expectations.unmet += 1;
    if (expectations.first.length >= KEPT) continue;
    const line = lines?.[row];
    expectations.first.push({
      row: firstRow + row + 1,
      ...(line === undefined ? {} : { line }),
      expected: expected === EXPECT_ALLOWED ? 'allowed' : errnoName(expected),
      verdict,
    });
  }
}
