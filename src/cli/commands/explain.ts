import type { Command } from 'commander';
import { explain } from '../../explain/explain.js';
import { isDecided } from '../../kernel/verdict.js';
import { explainJson } from '../../report/explain_json.js';
import { explainText } from '../../report/explain_text.js';
import { EXIT } from '../exit.js';
import { addQuestionOptions, type QuestionOptions, questionOf } from '../question.js';
import { readScenarioFile } from '../scenario_file.js';
import { styleFor } from '../terminal.js';

/** `bpftoken explain`: every check, what would have to change, what other kernels say. */
export function explainCommand(program: Command): void {
  addQuestionOptions(program.command('explain'))
    .description('every check the kernel makes, what would make a denied request pass, what other kernels say')
    .argument('<scenario>', 'scenario file, YAML or JSON; - for standard input')
    .option('--json', 'the explanation as JSON')
    .action((path: string, options: QuestionOptions & { json?: boolean }) => {
      const explanation = explain(questionOf(readScenarioFile(path), options));
      const { verdict } = explanation;
      process.stdout.write(
        options.json
          ? `${JSON.stringify(explainJson(explanation), null, 2)}\n`
          : explainText(explanation, styleFor(process.stdout)),
      );
      process.exitCode = verdict.allowed ? EXIT.OK : isDecided(verdict.outcome) ? EXIT.NEGATIVE : EXIT.BAD_INPUT;
    });
}
