import { release } from 'node:os';
import { gzipSync } from 'node:zlib';
import type { Command } from 'commander';
import { writeWhole } from '../../batch/output/sink.js';
import { profileOfKernel } from '../../conformance/kernel_profile.js';
import { readRecords } from '../../conformance/read_lines.js';
import { RecordingReplay } from '../../conformance/replay.js';
import type { ReplayStats } from '../../conformance/replay_stats.js';
import { type VocabularyDifference, vocabularyDifference } from '../../conformance/vocabulary_difference.js';
import { needKernel, thisHost } from '../../host/requirements.js';
import { askKernel, type LiveRecording } from '../../host/run_recorder.js';
import { NEWEST_PROFILE, type Profile } from '../../kernel/profile.js';
import { type Probed, probeJson, probeText } from '../../report/probe_text.js';
import { defineCommand } from '../define_command.js';
import { requireDistinctFiles } from '../distinct_files.js';
import { EXIT } from '../exit.js';
import { withInterrupt } from '../interrupt.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { progressBar } from '../progress_bar.js';
import { styleFor } from '../terminal.js';

/** `bpftoken probe`: the running kernel against the model and the hot path. */
export function probeCommand(program: Command): void {
  defineCommand(program, 'probe').action(async (options: OptionsOf<typeof OPTIONS.probe>) => {
    const kernel = release();
    const { cases, seed } = options;
    const { profile, isOther } = profileFor(kernel, options.profile);
    requireDistinctFiles([{ option: '--out', path: options.out, isWritten: true }]);
    needKernel(thisHost(kernel));
    const probed = await withInterrupt((signal) =>
      probe({ kernel, profile, cases, seed, signal, ...(options.out === undefined ? {} : { out: options.out }) }),
    );
    const found: Probed = { ...probed, kernel, profile: profile.name, isOther };
    if (options.json) writeJson(process.stdout, probeJson(found));
    else writeText(process.stdout, probeText(found, styleFor(process.stdout)));
    process.exitCode = found.stats.disagreed > 0 ? EXIT.NEGATIVE : EXIT.OK;
  });
}

/** The profile to compare with, and whether it is another than the running kernel's. */
function profileFor(kernel: string, asked: Profile | undefined): { profile: Profile; isOther: boolean } {
  const own = profileOfKernel(kernel);
  const profile = asked ?? own ?? NEWEST_PROFILE;
  return { profile, isOther: profile !== own };
}

interface Probe {
  readonly kernel: string;
  readonly profile: Profile;
  readonly cases: number;
  readonly seed: number;
  readonly out?: string;
  readonly signal: AbortSignal;
}

async function probe({ kernel, profile, cases, seed, out, signal }: Probe): Promise<{
  stats: ReplayStats;
  notes: readonly string[];
  vocabulary: VocabularyDifference;
  recordedMs: number;
  replayedMs: number;
}> {
  const started = performance.now();
  const bar = progressBar();
  const live = await askKernel({
    seed,
    cases,
    signal,
    onCases: (rows) => bar.update({ rows, totalRows: cases, bytes: 0 }),
  }).finally(() => bar.stop());
  const recorded = performance.now();
  if (out !== undefined) await keep(live, out, signal);
  const stats = await replay(live, profile, out ?? kernel);
  return {
    stats,
    notes: live.notes,
    vocabulary: vocabularyDifference(live.vocabulary, profile.vocabulary),
    recordedMs: recorded - started,
    replayedMs: performance.now() - recorded,
  };
}

async function keep({ recording }: LiveRecording, path: string, signal: AbortSignal): Promise<void> {
  await writeWhole(path, path.endsWith('.gz') ? gzipSync(recording) : recording, { signal });
}

async function replay({ recording }: LiveRecording, profile: Profile, name: string): Promise<ReplayStats> {
  const run = new RecordingReplay({ profile });
  const source = async function* () {
    yield recording;
  };
  for await (const records of readRecords(source(), name)) run.push(name, records);
  run.endOfFile(name);
  return run.stats;
}
