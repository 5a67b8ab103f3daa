import type { Command } from 'commander';
import { evaluateUnder } from '../../explain/across_profiles.js';
import { evaluateWithCause } from '../../explain/evaluate.js';
import { NEWEST_PROFILE } from '../../kernel/profile.js';
import { decodeVerdict, isDecided } from '../../kernel/verdict.js';
import { checkJson } from '../../report/explain_json.js';
import { headline, verdictText } from '../../report/explain_text.js';
import { describeCause } from '../../report/verdict_text.js';
import { defineCommand } from '../define_command.js';
import { EXIT } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { requestFromOptions, requestRemarks } from '../request_options.js';
import { readScenarioFile, warn } from '../scenario_file.js';
import { styleFor } from '../terminal.js';

/** `bpftoken check`: one verdict in words. */
export function checkCommand(program: Command): void {
  defineCommand(program, 'check').action(async (path: string, options: OptionsOf<typeof OPTIONS.check>) => {
    const scenario = await readScenarioFile(path, options);
    if (options.object !== undefined) {
      // Imported where it is wanted: most checks are of one request.
      const { checkObject } = await import('./check_object.js');
      return checkObject(path, scenario, options.object, options);
    }
    const context = requestFromOptions(scenario, options);
    const evaluated = evaluateWithCause(context);
    const { verdict } = evaluated;
    const newest = isDecided(verdict.outcome) ? evaluateUnder(context, NEWEST_PROFILE) : undefined;
    const there = newest && { ...decodeVerdict(newest.verdict), errno: newest.errno };
    const differs = newest !== undefined && there !== undefined && there.errno !== verdict.errno;
    if (options.json) {
      writeJson(process.stdout, checkJson(context, evaluated, requestRemarks(path, context), differs));
    } else {
      warn(path, context.warnings);
      const style = styleFor(process.stdout);
      writeText(process.stdout, `${verdictText(context, evaluated, style, context.assumptions)}\n`);
      if (differs && there) {
        const note = newest.tokenImpossible ? ' (and would not have made this token)' : '';
        const cause = { verdict: there, failedByDroppedToken: newest.failedByDroppedToken };
        const why = describeCause(NEWEST_PROFILE, context.request, cause);
        const answer = `${headline(there, style)}, because ${why}${note}`;
        writeText(process.stdout, `  note: ${newest.profile} answers otherwise: ${answer}\n`);
      }
    }
    process.exitCode = verdict.allowed ? EXIT.OK : isDecided(verdict.outcome) ? EXIT.NEGATIVE : EXIT.BAD_INPUT;
  });
}
