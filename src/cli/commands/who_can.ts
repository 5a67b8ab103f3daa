import type { Command } from 'commander';
import { quote } from '../../names/unknown_name.js';
import { allowedRequests } from '../../policy/allowed_requests.js';
import { allowedJson } from '../../report/policy_json.js';
import { allowedText } from '../../report/policy_text.js';
import { defineCommand } from '../define_command.js';
import { EXIT, InputError } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { loadPolicy, withPolicy } from '../policy_files.js';
import { styleFor } from '../terminal.js';

type WhoCanOptions = OptionsOf<(typeof OPTIONS)['who-can']>;
type WhatCanOptions = OptionsOf<(typeof OPTIONS)['what-can']>;

/** `bpftoken who-can`: the tasks and tokens that may make a request. */
export function whoCanCommand(program: Command): void {
  defineCommand(program, 'who-can').action(async (path: string, pattern: string, options: WhoCanOptions) => {
    await answer('who-can', path, pattern, options);
  });
}

/** `bpftoken what-can`: what tasks may do, with each token and without. */
export function whatCanCommand(program: Command): void {
  defineCommand(program, 'what-can').action(async (path: string, options: WhatCanOptions) => {
    const { task, token } = options;
    for (const [option, name] of Object.entries({ task, token })) {
      if (name !== undefined && !/^\S+$/.test(name))
        throw new InputError(`--${option} is one name, or several with commas between them: ${quote(name)}`);
    }
    const words = [...(task === undefined ? [] : [`task=${task}`]), ...(token === undefined ? [] : [`token=${token}`])];
    await answer('what-can', path, words.length === 0 ? undefined : words.join(' '), options);
  });
}

async function answer(
  command: 'who-can' | 'what-can',
  path: string,
  pattern: string | undefined,
  options: WhoCanOptions,
): Promise<void> {
  const loaded = await loadPolicy(path, options);
  withPolicy([loaded], pattern, (question) => {
    const found = allowedRequests(question.policy, question.pattern);
    if (options.json) writeJson(process.stdout, allowedJson(command, question, found));
    else writeText(process.stdout, allowedText(question, found, options.reasons === true, styleFor(process.stdout)));
    process.exitCode = found.allowed > 0 ? EXIT.OK : EXIT.NEGATIVE;
  });
}
