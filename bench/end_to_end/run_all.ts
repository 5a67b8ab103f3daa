import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PIPELINE_FORMATS, type PipelineFormat } from './files.js';
import type { PipelineReport } from './report.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

/** Times each format in a separate process, which has its own peak of memory. Its output is shown. */
export function runPipelines(
  args: readonly string[],
  formats: readonly PipelineFormat[] = PIPELINE_FORMATS,
): PipelineReport[] {
  const folder = mkdtempSync(join(tmpdir(), 'bpftoken-end-to-end-'));
  try {
    return formats.flatMap((format): PipelineReport[] => {
      const json = join(folder, `${format}.json`);
      const { status, error } = spawnSync(process.execPath, [MAIN, ...args, '--format', format, '--json', json], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      if (error) throw error;
      if (status !== 0) throw new Error(`timing ${format} failed with status ${status}`);
      console.log();
      return JSON.parse(readFileSync(json, 'utf8'));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
