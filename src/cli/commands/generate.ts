import type { Command } from 'commander';
import { finishAll } from '../../batch/output/open_sink.js';
import { openSink, sinkOf } from '../../batch/output/sink.js';
import { writeRequests } from '../../batch/write_requests.js';
import { AbortError, throwIfAborted } from '../../errors.js';
import { MAX_WORKERS } from '../../pool/limits.js';
import { count, formatTime } from '../../report/format.js';
import type { GenerateJson } from '../../report/schemas/generate.js';
import { printable } from '../../text/printable.js';
import { defaultThreads } from '../../workers/default_threads.js';
import { defineCommand } from '../define_command.js';
import { requireDistinctFiles } from '../distinct_files.js';
import { withInterrupt } from '../interrupt.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { progressBar } from '../progress_bar.js';
import { readScenarioFile, requireTasks, warnOfFile } from '../scenario_file.js';
import { requireCompressible, resolveTableFormat } from '../table_format.js';

/** `bpftoken generate`: a request table drawn from a scenario. */
export function generateCommand(program: Command): void {
  defineCommand(program, 'generate').action(async (path: string, options: OptionsOf<typeof OPTIONS.generate>) => {
    requireDistinctFiles([
      { option: 'the scenario', path, isWritten: false },
      { option: '--out', path: options.out, isWritten: true },
    ]);
    const scenario = await readScenarioFile(path, options);
    warnOfFile(path, scenario);
    const { world } = scenario;
    requireTasks(path, world);
    const { rows, seed } = options;
    const format = resolveTableFormat('--format', options.format, options.out, options.out === '-' ? 'csv' : undefined);
    requireCompressible(options.compression, format);
    const target = sinkOf(options.out, format);
    const started = performance.now();
    let written = 0;
    await withInterrupt(async (signal) => {
      const sink = openSink(target, { signal });
      if (!sink) return;
      const bar = progressBar();
      try {
        written = await writeRequests({
          world,
          seed,
          rows,
          sink,
          format,
          compression: options.compression,
          workers: options.workers ?? defaultThreads(MAX_WORKERS),
          signal,
          onProgress: (done) => bar.update({ rows: done, totalRows: rows, bytes: 0 }),
        });
        throwIfAborted(signal);
        await finishAll([sink], signal);
      } catch (error) {
        await sink.discard();
        throw error === signal.reason ? new AbortError(error) : error;
      } finally {
        bar.stop();
      }
    });
    const report = target.kind === 'stdout' ? process.stderr : process.stdout;
    const elapsedMs = performance.now() - started;
    if (options.json) {
      const said: GenerateJson = {
        schema: 'bpf-token-sim/generate/1',
        rows: written,
        seed,
        format,
        out: options.out,
        elapsed_ms: Math.round(elapsedMs),
        peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
      };
      writeJson(report, said, 0);
    } else if (target.kind !== 'stdout') {
      writeText(
        report,
        `wrote ${count(written)} requests to ${printable(options.out)} (seed ${seed})${formatTime(written, elapsedMs)}\n`,
      );
    }
  });
}
