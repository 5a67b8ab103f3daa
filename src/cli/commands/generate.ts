import type { Command } from 'commander';
import { finishAll } from '../../batch/output/open_sink.js';
import { openRequestWriter, rowsAtATime } from '../../batch/output/request_writer.js';
import { openSink, sinkOf } from '../../batch/output/sink.js';
import { AbortError, throwIfAborted } from '../../errors.js';
import { count, formatTime } from '../../report/format.js';
import type { GenerateJson } from '../../report/schemas/generate.js';
import type { RequestTableWriter } from '../../tables/writers.js';
import { printable } from '../../text/printable.js';
import { generateRequests } from '../../workload/generate_requests.js';
import { defineCommand } from '../define_command.js';
import { requireDistinctFiles } from '../distinct_files.js';
import { withInterrupt } from '../interrupt.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { progressBar } from '../progress_bar.js';
import { readScenarioFile, requireTasks } from '../scenario_file.js';
import { resolveTableFormat } from '../table_format.js';

/** `bpftoken generate`: a request table drawn from a scenario. */
export function generateCommand(program: Command): void {
  defineCommand(program, 'generate').action(async (path: string, options: OptionsOf<typeof OPTIONS.generate>) => {
    requireDistinctFiles([
      { option: 'the scenario', path, isWritten: false },
      { option: '--out', path: options.out, isWritten: true },
    ]);
    const { world } = readScenarioFile(path);
    requireTasks(path, world);
    const { rows, seed } = options;
    const format = resolveTableFormat('--format', options.format, options.out, options.out === '-' ? 'csv' : undefined);
    const target = sinkOf(options.out, format);
    const started = performance.now();
    let written = 0;
    await withInterrupt(async (signal) => {
      const sink = openSink(target, { signal });
      if (!sink) return;
      let writer: RequestTableWriter | undefined;
      const bar = progressBar();
      try {
        writer = await openRequestWriter(world, format);
        let hasReader = await sink.write(writer.header);
        for (const chunk of generateRequests(world, seed, rows, { chunkRows: rowsAtATime(format) })) {
          throwIfAborted(signal);
          if (!hasReader) break;
          hasReader = await sink.write(writer.rows(chunk.columns));
          written += chunk.rows;
          bar.update({ rows: written, totalRows: rows, bytes: 0 });
          // Signals get their turn.
          await new Promise(setImmediate);
        }
        const footer = hasReader && writer.footer?.();
        if (footer) await sink.write(footer);
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
