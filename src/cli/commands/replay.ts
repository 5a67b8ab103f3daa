import type { Command } from 'commander';
import { readRecords } from '../../conformance/read_lines.js';
import { RecordingReplay } from '../../conformance/replay.js';
import type { ReplayStats } from '../../conformance/replay_stats.js';
import { throwIfAborted } from '../../errors.js';
import { replayJson, replayText } from '../../report/replay_report.js';
import { defineCommand } from '../define_command.js';
import { requireDistinctFiles } from '../distinct_files.js';
import { EXIT } from '../exit.js';
import { withInterrupt } from '../interrupt.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { progressBar } from '../progress_bar.js';
import { recordingFile } from '../recording_file.js';
import { styleFor } from '../terminal.js';

type ReplayCommandOptions = OptionsOf<typeof OPTIONS.replay>;

/** `bpftoken replay`: recordings of real kernels against the model and the hot path. */
export function replayCommand(program: Command): void {
  defineCommand(program, 'replay').action(async (paths: string[], options: ReplayCommandOptions) => {
    requireDistinctFiles(paths.map((path) => ({ option: 'the recording', path, isWritten: false })));
    const started = performance.now();
    const stats = await withInterrupt((signal) => replayAll(paths, options, signal));
    const elapsedMs = performance.now() - started;
    if (options.json) writeJson(process.stdout, replayJson(stats));
    else writeText(process.stdout, replayText(stats, { files: paths.length, elapsedMs }, styleFor(process.stdout)));
    process.exitCode = stats.disagreed > 0 ? EXIT.NEGATIVE : EXIT.OK;
  });
}

async function replayAll(
  paths: readonly string[],
  { profile }: ReplayCommandOptions,
  signal: AbortSignal,
): Promise<ReplayStats> {
  const replay = new RecordingReplay(profile ? { profile } : {});
  const files = await Promise.all(paths.map(recordingFile));
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const bar = progressBar();
  let bytes = 0;
  try {
    for (const file of files) {
      const source = file.bytes(signal, (read) => {
        bytes += read;
      });
      for await (const records of readRecords(source, file.path)) {
        throwIfAborted(signal);
        replay.push(file.path, records);
        bar.update({ rows: replay.stats.cases, bytes, totalBytes });
      }
      replay.endOfFile(file.path);
    }
  } finally {
    bar.stop();
  }
  return replay.stats;
}
