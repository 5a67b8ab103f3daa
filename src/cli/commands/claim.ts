import type { Command } from 'commander';
import { type Claim, checkClaim } from '../../policy/claims.js';
import { claimJson } from '../../report/policy_json.js';
import { claimText } from '../../report/policy_text.js';
import { defineCommand } from '../define_command.js';
import { EXIT } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { type LoadedPolicy, loadPolicies, loadPolicy, withPolicy } from '../policy_files.js';
import { styleFor } from '../terminal.js';

type ClaimOptions = OptionsOf<typeof OPTIONS.never>;

/** `bpftoken never`: no request that is meant is allowed. */
export function neverCommand(program: Command): void {
  ofOnePolicy(program, 'never');
}

/** `bpftoken always`: every request that is meant is allowed. */
export function alwaysCommand(program: Command): void {
  ofOnePolicy(program, 'always');
}

/** `bpftoken implies`: what the first policy allows, the second does. */
export function impliesCommand(program: Command): void {
  ofTwoPolicies(program, 'implies');
}

/** `bpftoken equivalent`: both policies allow the same. */
export function equivalentCommand(program: Command): void {
  ofTwoPolicies(program, 'equivalent');
}

function ofOnePolicy(program: Command, claim: Claim): void {
  defineCommand(program, claim).action(async (path: string, pattern: string, options: ClaimOptions) => {
    tell(claim, [await loadPolicy(path, options)], pattern, options);
  });
}

function ofTwoPolicies(program: Command, claim: Claim): void {
  defineCommand(program, claim).action(
    async (path: string, other: string, pattern: string | undefined, options: ClaimOptions) => {
      tell(claim, await loadPolicies([path, other], options), pattern, options);
    },
  );
}

function tell(
  claim: Claim,
  policies: readonly LoadedPolicy[],
  pattern: string | undefined,
  options: ClaimOptions,
): void {
  withPolicy(policies, pattern, (question) => {
    const result = checkClaim(question.policy, claim, question.pattern);
    if (options.json) writeJson(process.stdout, claimJson(question, result));
    else writeText(process.stdout, claimText(question, result, styleFor(process.stdout)));
    process.exitCode = result.witness ? EXIT.NEGATIVE : EXIT.OK;
  });
}
