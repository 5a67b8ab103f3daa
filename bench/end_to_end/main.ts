// npm run bench:end-to-end: from a file to verdicts, against DuckDB reading the same columns as integers.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodeOf } from '../options.js';
import type { PipelineFormat } from './files.js';
import { PIPELINE_USAGE, type PipelineArguments, pipelineWorld, readPipelineOptions, rowsOf } from './options.js';
import { type PipelineReport, pipelineText } from './report.js';
import { runPipelines } from './run_all.js';
import { timePipeline } from './time_pipeline.js';

const MAKE_FILES = fileURLToPath(new URL('./make_files.js', import.meta.url));

async function timeHere(format: PipelineFormat, options: PipelineArguments): Promise<PipelineReport> {
  const { world, seed, workers } = options;
  const rows = rowsOf(format, options);
  const folder = mkdtempSync(join(tmpdir(), 'bpftoken-end-to-end-'));
  try {
    const { status } = spawnSync(process.execPath, [MAKE_FILES, format, world, String(seed), String(rows), folder], {
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error(`making the ${format} file failed with status ${status}`);
    const result = await timePipeline(pipelineWorld(world, seed), format, folder, { ...options, rows });
    return { ...result, world, workers, peakMemory: 1024 * process.resourceUsage().maxRSS };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(args: readonly string[]): Promise<void> {
  const options = readPipelineOptions(args);
  if (options === null) {
    console.log(PIPELINE_USAGE);
    return;
  }
  const [format, ...more] = options.formats;
  let reports: readonly PipelineReport[];
  if (format !== undefined && more.length === 0) {
    reports = [await timeHere(format, options)];
    console.log(reports.map(pipelineText).join('\n'));
  } else {
    reports = runPipelines(args, options.formats);
  }
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(reports, null, 2)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = exitCodeOf(error);
}
