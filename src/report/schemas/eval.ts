import * as z from 'zod/mini';
import { GROUP_COLUMNS, type GroupColumn } from '../../batch/summary/group_columns.js';
import { documented } from '../../scenario/documentation.js';
import { REQUEST_COLUMNS } from '../../tables/request_table.js';
import { ROW_DIAGNOSTIC_KINDS } from '../../tables/rows/row_diagnostics.js';
import { output } from './output.js';
import {
  boolean,
  countsBy,
  dispositionSchema,
  integer,
  integerOrNull,
  type JsonOf,
  measured,
  reasonSchema,
  text,
  textOrNull,
} from './values.js';
import { verdictOfByte } from './verdict.js';

const rowNumber = integerOrNull('The row of the table, from 1; null where the line is given.', 1);
const line = integerOrNull('The line of the file, from 1; null where the file has no lines.', 1);
const nearest = textOrNull('The valid name nearest to the one written; null: none is near.');

const groupColumns = Object.fromEntries(
  GROUP_COLUMNS.map((column) => [
    column,
    documented(z.optional(z.nullable(z.string())), {
      description: `The ${column} of these rows, where rows are grouped by it; null: they have none.`,
    }),
  ]),
) as Record<GroupColumn, z.ZodMiniOptional<z.ZodMiniNullable<z.ZodMiniString>>>;

const group = z.strictObject({ ...groupColumns, rows: integer('How many rows.') });

const taskRows = z.strictObject({
  task: textOrNull('The task; null: rows without a known one.'),
  outcomes: countsBy(reasonSchema, 'Its rows by reason.'),
});

const comparison = z.strictObject({
  profile: text('The other kernel.'),
  answers: integer('Rows where it answers otherwise: allowed, or another errno.'),
  verdicts: integer('Rows where anything differs, the reason or what becomes of the token included.'),
  first: documented(
    z.array(
      z.strictObject({
        row: integer('The row of the table, from 1.', 1),
        line,
        here: verdictOfByte,
        there: verdictOfByte,
      }),
    ),
    { description: 'The first rows that it answers otherwise, in the order of the table; twenty at most.' },
  ),
});

const expectations = z.strictObject({
  checked: integer('Rows that expect something.'),
  unmet: integer('Of these, rows that got something else.'),
  first: documented(
    z.array(
      z.strictObject({
        row: integer('The row of the table, from 1.', 1),
        line,
        expected: text('allowed, or the name of an errno.'),
        got: reasonSchema,
      }),
    ),
    { description: 'The first of these, in the order of the table.' },
  ),
});

const problem = z.strictObject({
  kind: documented(z.enum(ROW_DIAGNOSTIC_KINDS), { id: 'problem_kind', description: 'The kind of problem.' }),
  line,
  row: rowNumber,
  column: documented(z.nullable(z.enum(REQUEST_COLUMNS)), {
    description: 'The column of the request table; null: the whole row.',
  }),
  message: text('What is wrong, in words.'),
  nearest,
});

const problems = z.strictObject({
  total: integer('Problems; a row can have several.'),
  rows: integer('Rows with a problem.'),
  counts: documented(z.record(z.enum(ROW_DIAGNOSTIC_KINDS), z.int().check(z.minimum(0))), {
    description: 'Problems by kind.',
  }),
  first: documented(z.array(problem), { description: 'The first ones, in the order of the file.' }),
  unknown_columns: documented(z.array(z.strictObject({ name: text('The column of the file.'), nearest })), {
    description: 'Columns of the file that are none of a request table, and ignored.',
  }),
});

/** `bpftoken eval --json` */
export const evalSchema = output('eval', 'What a table of requests was decided to: bpftoken eval --json.', {
  profile: text('The kernel that was asked.'),
  rows: integer('Rows of the table.'),
  allowed: integer('Rows that are allowed.'),
  denied: integer('Rows that are denied.'),
  undecided: integer('Rows that were not decided.'),
  bad_rows: integer('Rows that cannot be read, or that name a task or token the scenario does not have.'),
  elapsed_ms: measured('How long it took, in milliseconds.'),
  peak_memory_bytes: measured('Memory that the process had at most.'),
  outcomes: countsBy(reasonSchema, 'Rows by reason, most first.'),
  tokens: countsBy(dispositionSchema, 'Rows by what became of the token, most first.'),
  tasks: documented(z.array(taskRows), { description: 'Rows by task.' }),
  summary: documented(z.nullable(z.array(group)), {
    description: 'With --summary: rows by these columns, largest first; null without.',
  }),
  compared: documented(z.array(comparison), { description: 'With --compare-profile: each other kernel.' }),
  expectations: documented(expectations, { description: 'What the column expect says.' }),
  problems: documented(problems, { description: 'What is wrong with rows and columns.' }),
  cut_short: boolean('The output was closed early: counts cover the rows decided before that.'),
});

export type EvalJson = JsonOf<typeof evalSchema>;
export type GroupJson = JsonOf<typeof group>;
