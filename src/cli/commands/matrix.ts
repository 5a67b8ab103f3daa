import type { Command } from 'commander';
import type { PermissionSet } from '../../engine/permission_set.js';
import { droppedTokenTest } from '../../explain/dropped_token.js';
import { permissionDifferences } from '../../explain/permission_differences.js';
import { modelPermissions } from '../../kernel/permissions.js';
import type { World } from '../../kernel/world.js';
import type { Matrix } from '../../report/matrix.js';
import { matrixJson } from '../../report/matrix_json.js';
import { matrixText } from '../../report/matrix_text.js';
import { defineCommand } from '../define_command.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeData, writeJson, writeText } from '../output.js';
import { taskOption, tokenOption, worldOf } from '../request_options.js';
import { readScenarioFile, warnOfFile } from '../scenario_file.js';
import { styleFor } from '../terminal.js';

type MatrixOptions = OptionsOf<typeof OPTIONS.matrix>;

/** `bpftoken matrix`: all that a task may do with a token. */
export function matrixCommand(program: Command): void {
  defineCommand(program, 'matrix').action(async (path: string, options: MatrixOptions) => {
    const matrix = await matrixOf(path, options);
    if (options.csv) writeData(process.stdout, await csvOf(matrix));
    else if (options.json) writeJson(process.stdout, matrixJson(matrix, await permissionSetOf(matrix)));
    else writeText(process.stdout, matrixText(matrix, styleFor(process.stdout)));
  });
}

/** Answered by the model: making an evaluator's tables takes longer than asking for every cell. */
async function matrixOf(path: string, options: MatrixOptions): Promise<Matrix> {
  const scenario = await readScenarioFile(path, options);
  warnOfFile(path, scenario);
  const world = worldOf(scenario, options.profile);
  const task = taskOption(world, options.task);
  const token = tokenOption(world, options.token ?? scenario.defaults?.token);
  const verdicts = modelPermissions(world, task, token);
  const { vocabulary } = world.profile;
  return {
    world,
    task,
    token,
    verdicts,
    programs: options.helpers ? await programsOf(world, task, token, options) : undefined,
    failedByDroppedToken: droppedTokenTest(world),
    comparisons: (options.compareProfile ?? []).map((profile) => {
      const other = { vocabulary: profile.vocabulary, verdicts: modelPermissions({ ...world, profile }, task, token) };
      return { profile: profile.name, differences: permissionDifferences({ vocabulary, verdicts }, other) };
    }),
  };
}

/** Imported where it is wanted: the rules of all program types take time to load. */
async function programsOf(world: World, task: number, token: number, options: MatrixOptions) {
  const { loadablePrograms } = await import('../../kernel/verifier/loadable_programs.js');
  const { sleepable: isSleepable = false, notGpl = false, withoutMitigations = false } = options;
  const booted = withoutMitigations ? { ...world, hasMitigations: false } : world;
  return loadablePrograms(booted, task, token, { isGpl: !notGpl, isSleepable });
}

/** Imported where it is wanted: an evaluator takes time to load and to make. */
async function permissionSetOf({ world, task, token }: Matrix): Promise<PermissionSet> {
  const { createEvaluator } = await import('../../engine/evaluator.js');
  return createEvaluator(world).permissionSet(task, token);
}

/** Imported where it is wanted: what writes tables takes time to load. */
async function csvOf(matrix: Matrix): Promise<string> {
  const { matrixCsv } = await import('../matrix_csv.js');
  return matrixCsv(matrix);
}
