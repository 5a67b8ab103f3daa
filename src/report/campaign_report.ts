import type { CampaignResult } from '../fuzz/campaign.js';
import { missedOf } from '../fuzz/coverage.js';
import { casesByProfile } from '../fuzz/profile_slots.js';
import { dispositionName, outcomeName } from '../kernel/verdict.js';
import { byDisposition, byOutcome } from '../kernel/verdict_counts.js';
import { countsJson } from './counts_json.js';
import { count, formatRate, percent } from './format.js';
import type { FuzzJson } from './schemas/fuzz.js';
import type { FindingJson } from './schemas/fuzz_case.js';

/** A campaign in a few lines. */
export function campaignSummaryText(
  seed: number,
  { stats, elapsedMs, workers, interrupted, workerCrashes, abandonedShards }: CampaignResult,
): string {
  const { cases, worlds, verdicts, disagreements, findings } = stats;
  const seconds = elapsedMs / 1000;
  const missed = missedOf(verdicts);
  const profiles = [...casesByProfile(stats.slots)].map(([name, of]) => `${name} ${count(of)}`);
  const lines = [
    `seed ${seed}: ${count(cases)} cases in ${count(worlds)} worlds, ${seconds.toFixed(1)} s on ${workers} workers, ` +
      formatRate(seconds > 0 ? cases / seconds : 0),
    disagreements === 0
      ? 'the model and the hot path agree on every one'
      : `the model and the hot path disagree on ${count(disagreements)}, in ${count(findings.size)} different ways`,
    `profiles: ${profiles.join(', ')}`,
    'outcomes:',
    ...rows(byOutcome(verdicts), cases, outcomeName),
    ...never(missed.outcomes.map(outcomeName)),
    'tokens:',
    ...rows(byDisposition(verdicts), cases, dispositionName),
    ...never(missed.dispositions.map(dispositionName)),
    ...workerCrashes.map((death) => `a worker ended, and its work was done again: ${death}`),
    ...abandonedShards.map((loss) => `NOT COMPARED: ${loss}`),
    ...(interrupted ? ['interrupted: this is what was compared until then'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** A campaign as JSON; `findings` are the first of `differentFindings`. */
export function campaignJson(
  seed: number,
  result: CampaignResult,
  findings: readonly FindingJson[],
  differentFindings: number,
): FuzzJson {
  const { stats, elapsedMs, workers, interrupted, workerCrashes, abandonedShards } = result;
  const missed = missedOf(stats.verdicts);
  return {
    schema: 'bpf-token-sim/fuzz/1',
    seed,
    cases: stats.cases,
    worlds: stats.worlds,
    elapsed_ms: Math.round(elapsedMs),
    cases_per_second: elapsedMs > 0 ? Math.round((1000 * stats.cases) / elapsedMs) : 0,
    workers,
    interrupted,
    profiles: Object.fromEntries(casesByProfile(stats.slots)),
    outcomes: countsJson(byOutcome(stats.verdicts), outcomeName),
    tokens: countsJson(byDisposition(stats.verdicts), dispositionName),
    outcomes_never_reached: missed.outcomes.map(outcomeName),
    tokens_never_reached: missed.dispositions.map(dispositionName),
    disagreements: stats.disagreements,
    worker_crashes: workerCrashes,
    abandoned_shards: abandonedShards,
    different_findings: differentFindings,
    findings,
  };
}

function rows<Key>(counts: ReadonlyMap<Key, number>, of: number, name: (key: Key) => string): string[] {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const shown = sorted.map(([key, cases]) => [count(cases), percent(cases, of), name(key)] as const);
  const width = Math.max(0, ...shown.map(([cases]) => cases.length));
  return shown.map(([cases, share, words]) => `  ${cases.padStart(width)}  ${share.padStart(6)}  ${words}`);
}

function never(names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`  never: ${names.join(', ')}`];
}
