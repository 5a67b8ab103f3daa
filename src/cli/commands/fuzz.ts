import type { Command } from 'commander';
import { type CampaignOptions, type CampaignResult, runCampaign } from '../../fuzz/campaign.js';
import { parseCaseId } from '../../fuzz/identity.js';
import { campaignBar } from '../../fuzz/progress_bar.js';
import { replay } from '../../fuzz/replay.js';
import { replayJson, replayText } from '../../fuzz/replay_text.js';
import { REAL_SIDES } from '../../fuzz/sides.js';
import { summaryJson, summaryText } from '../../fuzz/summary.js';
import { type Finding, findingsOf } from '../../fuzz/tally.js';
import { PROFILES } from '../../kernel/profile.js';
import { durationOption } from '../duration_option.js';
import { EXIT, type ExitCode, InputError } from '../exit.js';
import { interruptible } from '../interrupt.js';
import { wholeNumber } from '../number_option.js';
import { profileOption } from '../profile_option.js';
import { workersOption } from '../workers_option.js';

/** Findings shown in full; of the others the number. */
const MAX_SHOWN = 10;
const MAX_WORKERS = 256;

interface FuzzOptions {
  readonly for?: string;
  readonly cases?: string;
  readonly seed: string;
  readonly workers?: string;
  readonly profile?: string[];
  readonly case?: string;
  readonly json?: boolean;
}

/** `bpftoken fuzz`: the model against the hot path, on random worlds. */
export function fuzzCommand(program: Command): void {
  program
    .command('fuzz')
    .description('compare the model with the hot path on random worlds; exit status 1 when they disagree')
    .option('--for <duration>', 'how long, say 500ms, 60s or 2m; default: 60s, unless --cases is given')
    .option('--cases <number>', 'how many cases, say 1000000 or 1M')
    .option('--seed <number>', 'which campaign: the same cases for the same seed', '1')
    .option('--workers <number>', 'threads; does not change the cases; default: one for each core')
    .option('--profile <name...>', 'these kernels only; default: every built-in profile')
    .option('--case <id>', 'one case again, say 1-2f3a-17: as a scenario file, shrunk where the sides disagree')
    .option('--json', 'the summary and the findings as JSON')
    .addHelpText(
      'after',
      '\nA case comes back from its identity: campaign seed, world number, case number.' +
        '\nExit status 0 when both agree on every case; 1 when they do not; 2 bad input; 130 interrupted.',
    )
    .action(async (options: FuzzOptions) => {
      process.exitCode = options.case === undefined ? await campaign(options) : again(options.case, options);
    });
}

function again(text: string, { json }: FuzzOptions): ExitCode {
  const id = parseCaseId(text);
  if (!id) throw new InputError(`--case ${text}: an identity is expected, say 1-2f3a-17 (seed, world, case)`);
  const replayed = replay(REAL_SIDES, id);
  process.stdout.write(json ? `${JSON.stringify(replayJson(replayed), null, 2)}\n` : replayText(replayed));
  return replayed.disagreement ? EXIT.NEGATIVE : EXIT.OK;
}

async function campaign(options: FuzzOptions): Promise<ExitCode> {
  const plan = planOf(options);
  const bar = campaignBar(plan);
  const result = await interruptible((signal) =>
    runCampaign({ ...plan, signal, onProgress: (tally, elapsedMs) => bar.update(tally, elapsedMs) }),
  ).finally(() => bar.stop());
  const findings = findingsOf(result.tally);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(campaignJson(plan.seed, result, findings), null, 2)}\n`
      : campaignText(plan.seed, result, findings),
  );
  if (result.interrupted) return EXIT.INTERRUPTED;
  return findings.length > 0 || result.lost.length > 0 ? EXIT.NEGATIVE : EXIT.OK;
}

function campaignText(seed: number, result: CampaignResult, findings: readonly Finding[]): string {
  const shown = findings
    .slice(0, MAX_SHOWN)
    .map((finding) => `${replayText(replay(REAL_SIDES, finding.id), finding)}\n`);
  return shown.join('') + summaryText(seed, result);
}

function campaignJson(seed: number, result: CampaignResult, findings: readonly Finding[]): object {
  const shown = findings.slice(0, MAX_SHOWN).map((finding) => replayJson(replay(REAL_SIDES, finding.id), finding));
  return { ...summaryJson(seed, result), different_findings: findings.length, findings: shown };
}

function planOf(options: FuzzOptions): CampaignOptions {
  const cases = options.cases === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--cases', options.cases);
  if (cases === 0) throw new InputError('--cases 0: at least one case is needed');
  const forText = options.for ?? (options.cases === undefined ? '60s' : undefined);
  const forMs = forText === undefined ? undefined : durationOption('--for', forText);
  return {
    seed: wholeNumber('--seed', options.seed),
    cases,
    workers: workersOption(options.workers, MAX_WORKERS),
    profiles: profilesOption(options.profile),
    ...(forMs === undefined ? {} : { forMs }),
  };
}

/** Places in PROFILES, in their order there, each once. */
function profilesOption(names: readonly string[] | undefined): number[] {
  const wanted = new Set((names ?? []).map((name) => profileOption(name)));
  return PROFILES.flatMap((profile, i) => (wanted.size === 0 || wanted.has(profile) ? [i] : []));
}
