import { type Answers, signatureOf } from '../differential/answers.js';
import { type CaseId, compareCaseIds } from './case_id.js';
import { PROFILE_SLOTS } from './profile_slots.js';

/** A disagreement: the first case with it, and the number of cases. */
export interface Finding {
  readonly id: CaseId;
  readonly answers: Answers;
  readonly cases: number;
}

/** The counts of a campaign or of a part of one. Plain data, which can be passed between threads. */
export interface CampaignStats {
  cases: number;
  worlds: number;
  /** Cases by the model's verdict byte. */
  readonly verdicts: Float64Array;
  /** Cases by slot of PROFILE_SLOTS. */
  readonly slots: Float64Array;
  /** Cases on which the implementations disagree. */
  disagreements: number;
  /** Findings by their answers. */
  readonly findings: Map<string, Finding>;
}

export function emptyStats(): CampaignStats {
  return {
    cases: 0,
    worlds: 0,
    verdicts: new Float64Array(256),
    slots: new Float64Array(PROFILE_SLOTS.length),
    disagreements: 0,
    findings: new Map(),
  };
}

/** Counts one disagreement. */
export function addFinding(stats: CampaignStats, finding: Finding): void {
  stats.disagreements += finding.cases;
  mergeFinding(stats.findings, finding);
}

/** Adds a part to a whole. The result does not depend on the order of parts. */
export function addStats(into: CampaignStats, part: CampaignStats): void {
  into.cases += part.cases;
  into.worlds += part.worlds;
  into.disagreements += part.disagreements;
  part.verdicts.forEach((cases, byte) => {
    into.verdicts[byte] = (into.verdicts[byte] as number) + cases;
  });
  part.slots.forEach((cases, slot) => {
    into.slots[slot] = (into.slots[slot] as number) + cases;
  });
  for (const finding of part.findings.values()) mergeFinding(into.findings, finding);
}

/** Findings in the order of their cases in a campaign. */
export function findingsOf({ findings }: CampaignStats): Finding[] {
  return [...findings.values()].sort((a, b) => compareCaseIds(a.id, b.id));
}

function mergeFinding(findings: Map<string, Finding>, finding: Finding): void {
  const key = signatureOf(finding.answers);
  const known = findings.get(key);
  if (!known) {
    findings.set(key, finding);
    return;
  }
  const first = compareCaseIds(known.id, finding.id) <= 0 ? known : finding;
  findings.set(key, { ...first, cases: known.cases + finding.cases });
}
