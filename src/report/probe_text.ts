import type { ReplayStats } from '../conformance/replay_stats.js';
import type { VocabularyDifference } from '../conformance/vocabulary_difference.js';
import { printable } from '../text/printable.js';
import { comparisonJson, replayTables } from './replay_report.js';
import type { ProbeJson } from './schemas/probe.js';
import type { Style } from './style.js';

/** What a running kernel answered, and how the model stands to it. */
export interface Probed {
  /** `uname -r` */
  readonly kernel: string;
  /** Name of the profile it was held against. */
  readonly profile: string;
  /** It is not the running kernel's own. */
  readonly isOther: boolean;
  readonly stats: ReplayStats;
  readonly vocabulary: VocabularyDifference;
  readonly notes: readonly string[];
  readonly recordedMs: number;
  readonly replayedMs: number;
}

/** What a probe found, for people. */
export function probeText(probed: Probed, style: Style): string {
  const { kernel, profile, isOther, stats, notes, recordedMs, replayedMs } = probed;
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const other = isOther ? ' (not its own profile)' : '';
  const head = [
    `Linux ${printable(kernel)}, asked ${stats.cases.toLocaleString('en')} questions in ${seconds(recordedMs)}`,
    `  compared with ${profile}${other} in ${seconds(replayedMs)}`,
    ...vocabularyLines(probed),
    ...notes.map((note) => style.dim(`  ${printable(note)}`)),
  ];
  return `${head.join('\n')}\n\n${replayTables(stats, style)}`;
}

function vocabularyLines({ profile, vocabulary: { added, missing } }: Probed): string[] {
  if (added.length + missing.length === 0) return [`  its commands and types are those of ${profile}`];
  const line = (what: string, names: readonly string[]): string[] =>
    names.length > 0 ? [printable(`  it ${what} ${profile}: ${names.join(', ')}`)] : [];
  return [...line('has besides those of', added), ...line('lacks of those of', missing)];
}

/** The same for programs. */
export function probeJson({ kernel, profile, isOther, stats, vocabulary, notes }: Probed): ProbeJson {
  return {
    schema: 'bpf-token-sim/probe/1',
    kernel,
    profile,
    is_other_profile: isOther,
    vocabulary,
    notes,
    ...comparisonJson(stats),
  };
}
