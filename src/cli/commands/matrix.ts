import type { Command } from 'commander';
import { makeColumns, setRow } from '../../engine/columns.js';
import { createEvaluator } from '../../engine/evaluator.js';
import { surfaceCells } from '../../engine/surface_cells.js';
import { requestOf } from '../../kernel/world.js';
import type { Matrix } from '../../report/matrix.js';
import { matrixJson } from '../../report/matrix_json.js';
import { matrixText } from '../../report/matrix_text.js';
import { VerdictRows } from '../batch/verdict_rows.js';
import { InputError } from '../exit.js';
import { taskOption, tokenOption, worldOf } from '../question.js';
import { readScenarioFile } from '../scenario_file.js';
import { styleFor } from '../terminal.js';

interface MatrixOptions {
  readonly task?: string;
  readonly token?: string;
  readonly profile?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** `bpftoken matrix`: all that a task may do with a token. */
export function matrixCommand(program: Command): void {
  program
    .command('matrix')
    .description('all that a task may do with a token: every command, map type, program type and attach type')
    .argument('<scenario>', 'scenario file, YAML or JSON; - for standard input')
    .option('--task <name>', 'the task that asks')
    .option('--token <name>', 'the token it uses, default: none')
    .option('--profile <name>', 'ask this kernel instead of the scenario’s')
    .option('--json', 'what is allowed as sets of bits, and every verdict, as JSON')
    .option('--csv', 'a row for every request, as bpftoken eval writes them')
    .action((path: string, options: MatrixOptions) => {
      if (options.json && options.csv) throw new InputError('--json and --csv exclude each other');
      const matrix = matrixOf(path, options);
      if (options.csv) process.stdout.write(matrixCsv(matrix));
      else if (options.json) process.stdout.write(`${JSON.stringify(matrixJson(matrix), null, 2)}\n`);
      else process.stdout.write(matrixText(matrix, styleFor(process.stdout)));
    });
}

function matrixOf(path: string, options: MatrixOptions): Matrix {
  const world = worldOf(readScenarioFile(path), options.profile);
  const task = taskOption(world, options.task);
  const token = tokenOption(world, options.token);
  const evaluator = createEvaluator(world);
  return {
    world,
    task,
    token,
    surface: evaluator.surface(task, token),
    verdicts: evaluator.surfaceVerdicts(task, token),
  };
}

/** A table of verdicts (docs/requests.md), which can be read as a table of requests again. */
function matrixCsv({ world, task, token, verdicts }: Matrix): string {
  const cells = surfaceCells(world.profile.vocabulary);
  const columns = makeColumns(cells.length);
  const bytes = new Uint8Array(cells.length);
  cells.forEach(({ cmd, type, attachType }, row) => {
    setRow(columns, row, { ...requestOf({ task, cmd }), token, type, attachType });
    bytes[row] = verdicts.verdictOf(cmd, type, attachType);
  });
  const rows = new VerdictRows(world, 'csv');
  const text = rows.rows({ columns, rows: cells.length, firstRow: 0, bad: new Map() }, bytes);
  return rows.header + new TextDecoder().decode(text);
}
