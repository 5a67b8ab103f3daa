import type { Command } from 'commander';
import { checkIntended } from '../../policy/intended_change.js';
import { diffPolicies } from '../../policy/policy_diff.js';
import { diffJson } from '../../report/policy_json.js';
import { diffText, intendedText, type PolicyQuestion } from '../../report/policy_text.js';
import { defineCommand } from '../define_command.js';
import { EXIT, InputError } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { type LoadedPolicy, loadPolicy, withPolicy } from '../policy_files.js';
import { styleFor } from '../terminal.js';

type DiffOptions = OptionsOf<typeof OPTIONS.diff>;

/** `bpftoken diff`: what one policy allows and another does not. */
export function diffCommand(program: Command): void {
  defineCommand(program, 'diff').action(async (path: string, other: string | undefined, options: DiffOptions) => {
    const { againstProfile, againstCaps, intended } = options;
    if (other === undefined && !againstProfile && againstCaps === undefined) {
      throw new InputError('diff takes two policies, or one with --against-profile or --against-caps');
    }
    const before = await loadPolicy(path, options);
    const after = await secondPolicy(other ?? path, options);
    withPolicy([before, after], intended ?? options.only, (question) => {
      if (intended === undefined) tellDiff(question, options);
      else tellIntended(question, options);
    });
  });
}

/** The second policy: another file, or the same one under another kernel or with other capabilities. */
async function secondPolicy(path: string, options: DiffOptions): Promise<LoadedPolicy> {
  const { againstProfile, againstCaps } = options;
  const { world, file } = await loadPolicy(path, { ...options, profile: againstProfile ?? options.profile });
  if (againstCaps === undefined) return { world, file };
  return { world: { ...world, tasks: world.tasks.map((task) => ({ ...task, effective: againstCaps })) }, file };
}

function tellDiff(question: PolicyQuestion, options: DiffOptions): void {
  const diff = diffPolicies(question.policy, question.pattern && [question.pattern]);
  if (options.json) writeJson(process.stdout, diffJson(question, diff));
  else writeText(process.stdout, diffText(question, diff, styleFor(process.stdout)));
  process.exitCode = diff.gained.length + diff.lost.length === 0 ? EXIT.OK : EXIT.NEGATIVE;
}

function tellIntended(question: PolicyQuestion, options: DiffOptions): void {
  const { policy, pattern } = question;
  if (!pattern) return;
  const change = checkIntended(policy, pattern);
  if (options.json) writeJson(process.stdout, diffJson(question, change.others, change));
  else writeText(process.stdout, intendedText(question, change, styleFor(process.stdout)));
  process.exitCode = change.holds ? EXIT.OK : EXIT.NEGATIVE;
}
