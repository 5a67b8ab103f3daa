import type { Command } from 'commander';
import { checkIntended } from '../../policy/intended_change.js';
import { diffPolicies } from '../../policy/policy_diff.js';
import type { RequestPattern } from '../../policy/request_pattern.js';
import { diffJson } from '../../report/policy_json.js';
import { diffText, intendedText, type PolicyQuestion } from '../../report/policy_text.js';
import { defineCommand } from '../define_command.js';
import { EXIT, InputError } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { type LoadedPolicy, loadPolicies, withCapabilities, withPolicy } from '../policy_files.js';
import { styleFor } from '../terminal.js';

type DiffOptions = OptionsOf<typeof OPTIONS.diff>;

/** `bpftoken diff`: what one policy allows and another does not. */
export function diffCommand(program: Command): void {
  defineCommand(program, 'diff').action(async (path: string, other: string | undefined, options: DiffOptions) => {
    const { againstProfile, againstCaps, intended } = options;
    if (other === undefined && !againstProfile && againstCaps === undefined) {
      throw new InputError('diff takes two policies, or one with --against-profile or --against-caps');
    }
    const [before, after] = await bothPolicies(path, other, options);
    withPolicy([before, after], intended ?? options.only, (question) => {
      const { pattern } = question;
      if (intended !== undefined && pattern) tellIntended(question, pattern, options);
      else tellDiff(question, options);
    });
  });
}

/** The policy, and the policy after the change: another file, or the same one under another kernel or with other capabilities. */
async function bothPolicies(
  path: string,
  other: string | undefined,
  options: DiffOptions,
): Promise<readonly [LoadedPolicy, LoadedPolicy]> {
  const { againstProfile, againstCaps } = options;
  const [before, after] = await loadPolicies([path, other], options, againstProfile);
  return [before, againstCaps === undefined ? after : withCapabilities(after, againstCaps)];
}

function tellDiff(question: PolicyQuestion, options: DiffOptions): void {
  const diff = diffPolicies(question.policy, question.pattern && [question.pattern]);
  if (options.json) writeJson(process.stdout, diffJson(question, diff));
  else writeText(process.stdout, diffText(question, diff, styleFor(process.stdout)));
  process.exitCode = diff.gained.length + diff.lost.length === 0 ? EXIT.OK : EXIT.NEGATIVE;
}

function tellIntended(question: PolicyQuestion, pattern: RequestPattern, options: DiffOptions): void {
  const change = checkIntended(question.policy, pattern);
  if (options.json) writeJson(process.stdout, diffJson(question, change.others, change));
  else writeText(process.stdout, intendedText(question, change, styleFor(process.stdout)));
  process.exitCode = change.holds ? EXIT.OK : EXIT.NEGATIVE;
}
