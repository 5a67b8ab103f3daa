import type { Command } from 'commander';
import { explain } from '../../explain/explain.js';
import { isDecided } from '../../kernel/verdict.js';
import { explainJson } from '../../report/explain_json.js';
import { explainText } from '../../report/explain_text.js';
import { defineCommand } from '../define_command.js';
import { EXIT } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { requestFromOptions, requestRemarks } from '../request_options.js';
import { readScenarioFile, warn } from '../scenario_file.js';
import { styleFor } from '../terminal.js';

/** `bpftoken explain`: every check, what would have to change, what other kernels say. */
export function explainCommand(program: Command): void {
  defineCommand(program, 'explain').action(async (path: string, options: OptionsOf<typeof OPTIONS.explain>) => {
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
