import type { Command } from 'commander';
import { DEFAULT_IMPLEMENTATIONS } from '../../differential/implementations.js';
import { type CampaignOptions, type CampaignResult, runCampaign } from '../../fuzz/campaign.js';
import { type Finding, findingsOf } from '../../fuzz/campaign_stats.js';
import type { CaseId } from '../../fuzz/case_id.js';
import { slotsOf } from '../../fuzz/profile_slots.js';
import { replay } from '../../fuzz/replay.js';
import { campaignJson, campaignSummaryText } from '../../report/campaign_report.js';
import { findingJson, fuzzCaseJson, fuzzCaseText } from '../../report/fuzz_case_report.js';
import type { FindingJson } from '../../report/schemas/fuzz_case.js';
import { defaultThreads } from '../../workers/default_threads.js';
import { campaignBar } from '../campaign_progress.js';
import { defineCommand } from '../define_command.js';
import { EXIT, type ExitCode } from '../exit.js';
import { withInterrupt } from '../interrupt.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';

/** Findings shown in full; of the others the number. */
const MAX_SHOWN = 10;
/** How long a campaign takes where neither --for nor --cases is given. */
const DEFAULT_MS = 60_000;

type FuzzOptions = OptionsOf<typeof OPTIONS.fuzz>;

/** `bpftoken fuzz`: the model against the hot path, on random worlds. */
export function fuzzCommand(program: Command): void {
  defineCommand(program, 'fuzz').action(async (options: FuzzOptions) => {
    process.exitCode = options.case ? again(options.case, options) : await campaign(options);
  });
}

function again(id: CaseId, { json }: FuzzOptions): ExitCode {
  const replayed = replay(DEFAULT_IMPLEMENTATIONS, id);
  if (json) writeJson(process.stdout, fuzzCaseJson(replayed));
  else writeText(process.stdout, fuzzCaseText(replayed));
  return replayed.disagreement ? EXIT.NEGATIVE : EXIT.OK;
}

async function campaign(options: FuzzOptions): Promise<ExitCode> {
  const plan = planOf(options);
  const bar = campaignBar(plan);
  const result = await withInterrupt((signal) =>
    runCampaign({ ...plan, signal, onProgress: (stats, elapsedMs) => bar.update(stats, elapsedMs) }),
  ).finally(() => bar.stop());
  const findings = findingsOf(result.stats);
  if (options.json)
    writeJson(process.stdout, campaignJson(plan.seed, result, shownFindings(findings), findings.length));
  else writeText(process.stdout, campaignText(plan.seed, result, findings));
  if (result.interrupted) return EXIT.INTERRUPTED;
  return findings.length > 0 || result.abandonedShards.length > 0 ? EXIT.NEGATIVE : EXIT.OK;
}

function campaignText(seed: number, result: CampaignResult, findings: readonly Finding[]): string {
  const shown = findings
    .slice(0, MAX_SHOWN)
    .map((finding) => `${fuzzCaseText(replay(DEFAULT_IMPLEMENTATIONS, finding.id), finding)}\n`);
  return shown.join('') + campaignSummaryText(seed, result);
}

function shownFindings(findings: readonly Finding[]): FindingJson[] {
  return findings
    .slice(0, MAX_SHOWN)
    .map((finding) => findingJson(replay(DEFAULT_IMPLEMENTATIONS, finding.id), finding));
}

function planOf(options: FuzzOptions): CampaignOptions {
  const forMs = options.for ?? (options.cases === undefined ? DEFAULT_MS : undefined);
  return {
    seed: options.seed,
    cases: options.cases ?? Number.POSITIVE_INFINITY,
    workers: options.workers ?? defaultThreads(),
    slots: slotsOf(options.profile ?? []),
    ...(forMs === undefined ? {} : { forMs }),
  };
}
