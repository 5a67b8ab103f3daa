import type { Command } from 'commander';
import { explain } from '../../explain/explain.js';
import { isDecided } from '../../kernel/verdict.js';
import { explainJson } from '../../report/explain_json.js';
import { explainText } from '../../report/explain_text.js';
import { EXIT } from '../exit.js';
import { addOptions } from '../options/add_options.js';
import type { OptionsOf } from '../options/option.js';
import { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { requestFromOptions } from '../request_options.js';
import { readScenarioFile, warn } from '../scenario_file.js';
import { styleFor } from '../terminal.js';

/** `bpftoken explain`: every check, what would have to change, what other kernels say. */
export function explainCommand(program: Command): void {
  addOptions(program.command('explain'), OPTIONS.explain)
    .description('every check the kernel makes, what would make a denied request pass, what other kernels say')
    .argument('<scenario>', 'scenario file, YAML or JSON; - for standard input')
    .action((path: string, options: OptionsOf<typeof OPTIONS.explain>) => {
      const context = requestFromOptions(readScenarioFile(path), options);
      warn(path, context.warnings);
      const explanation = explain(context);
      const { verdict } = explanation;
      if (options.json) writeJson(process.stdout, explainJson(explanation, context.assumptions));
      else writeText(process.stdout, explainText(explanation, styleFor(process.stdout), context.assumptions));
      process.exitCode = verdict.allowed ? EXIT.OK : isDecided(verdict.outcome) ? EXIT.NEGATIVE : EXIT.BAD_INPUT;
    });
}
