import type { Command } from 'commander';
import { createColumns, setRow } from '../../engine/columns.js';
import { createEvaluator } from '../../engine/evaluator.js';
import { permissionCells } from '../../engine/permission_cells.js';
import { permissionDifferences } from '../../engine/permission_differences.js';
import { droppedTokenTest } from '../../explain/dropped_token.js';
import { requestOf } from '../../kernel/world.js';
import type { Matrix } from '../../report/matrix.js';
import { matrixJson } from '../../report/matrix_json.js';
import { matrixText } from '../../report/matrix_text.js';
import { VerdictRows } from '../../tables/text/verdict_writer.js';
import { defineCommand } from '../define_command.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeData, writeJson, writeText } from '../output.js';
import { taskOption, tokenOption, worldOf } from '../request_options.js';
import { readScenarioFile } from '../scenario_file.js';
import { styleFor } from '../terminal.js';

type MatrixOptions = OptionsOf<typeof OPTIONS.matrix>;

/** `bpftoken matrix`: all that a task may do with a token. */
export function matrixCommand(program: Command): void {
  defineCommand(program, 'matrix').action((path: string, options: MatrixOptions) => {
    const matrix = matrixOf(path, options);
    if (options.csv) writeData(process.stdout, matrixCsv(matrix));
    else if (options.json) writeJson(process.stdout, matrixJson(matrix));
    else writeText(process.stdout, matrixText(matrix, styleFor(process.stdout)));
  });
}

function matrixOf(path: string, options: MatrixOptions): Matrix {
  const world = worldOf(readScenarioFile(path), options.profile);
  const task = taskOption(world, options.task);
  const token = tokenOption(world, options.token);
  const evaluator = createEvaluator(world);
  const verdicts = evaluator.permissionTable(task, token);
  return {
    world,
    task,
    token,
    permissionSet: evaluator.permissionSet(task, token),
    verdicts,
    failedByDroppedToken: droppedTokenTest(world),
    comparisons: (options.compareProfile ?? []).map((other) => ({
      profile: other.name,
      differences: permissionDifferences(
        { vocabulary: world.profile.vocabulary, verdicts },
        {
          vocabulary: other.vocabulary,
          verdicts: createEvaluator({ ...world, profile: other }).permissionTable(task, token),
        },
      ),
    })),
  };
}

/** A table of verdicts (docs/requests.md), which can be read as a table of requests again. */
function matrixCsv({ world, task, token, verdicts }: Matrix): string {
  const cells = permissionCells(world.profile.vocabulary);
  const columns = createColumns(cells.length);
  const bytes = new Uint8Array(cells.length);
  cells.forEach(({ cmd, type, attachType }, row) => {
    setRow(columns, row, { ...requestOf({ task, cmd }), token, type, attachType });
    bytes[row] = verdicts.verdictOf(cmd, type, attachType);
  });
  const rows = new VerdictRows(world, 'csv');
  const text = rows.rows({ columns, rows: cells.length, firstRow: 0, bad: new Map() }, bytes);
  return rows.header + new TextDecoder().decode(text);
}
