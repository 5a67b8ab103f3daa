import type { Command } from 'commander';
import { explain } from '../../explain/explain.js';
import { isDecided } from '../../kernel/verdict.js';
import { explainJson } from '../../report/explain_json.js';
import { explainText } from '../../report/explain_text.js';
import { defineCommand } from '../define_command.js';
import { EXIT, InputError } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { requestFromOptions, requestRemarks } from '../request_options.js';
import { readScenarioFile, warn } from '../scenario_file.js';
import { styleFor } from '../terminal.js';

type ExplainOptions = OptionsOf<typeof OPTIONS.explain>;

/** `bpftoken explain`: every check, what would have to change, what other kernels say; with `--strace` of each call of a log. */
export function explainCommand(program: Command): void {
  defineCommand(program, 'explain').action(async (path: string | undefined, options: ExplainOptions) => {
    if (options.strace !== undefined) {
      await explainLogFile(options.strace, path, options);
      return;
    }
    if (path === undefined) throw new InputError('a scenario is missing: bpftoken explain SCENARIO, or --strace FILE');
    const context = requestFromOptions(await readScenarioFile(path, options), options);
    const explanation = explain(context);
    const { verdict } = explanation;
    if (options.json) writeJson(process.stdout, explainJson(explanation, requestRemarks(path, context)));
    else {
      warn(path, context.warnings);
      writeText(process.stdout, explainText(explanation, styleFor(process.stdout), context.assumptions));
    }
    process.exitCode = verdict.allowed ? EXIT.OK : isDecided(verdict.outcome) ? EXIT.NEGATIVE : EXIT.BAD_INPUT;
  });
}

/** The scenario, where there is one, says what the log does not show. */
async function explainLogFile(log: string, scenario: string | undefined, options: ExplainOptions): Promise<void> {
  // Imported where it is wanted: an explanation of one request needs none of it.
  const { explainStrace } = await import('../strace_log.js');
  const loaded = scenario === undefined ? undefined : await readScenarioFile(scenario, { profile: options.profile });
  const explanation = explainStrace(log, loaded, options);
  if (options.json) {
    const { straceJson } = await import('../../report/strace_json.js');
    writeJson(process.stdout, straceJson(explanation));
  } else {
    const { straceText } = await import('../../report/strace_text.js');
    writeText(process.stdout, straceText(explanation, styleFor(process.stdout)));
  }
  const { account, calls, messages } = explanation;
  const isFatal = [
    ...calls.map(({ step }) => step?.consequence),
    ...messages.map(({ consequence }) => consequence),
  ].includes('fatal');
  const hasFailed = isFatal || calls.some(({ agreement }) => agreement === 'disagrees');
  process.exitCode = account.status === 'failed' ? EXIT.BAD_INPUT : hasFailed ? EXIT.NEGATIVE : EXIT.OK;
}
