// npm run bench:road: from a file to verdicts, beside DuckDB reading the same columns as integers.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf } from '../options.js';
import { benchmarkWorld, LARGE, SMALL } from '../world.js';
import type { RoadFormat } from './files.js';
import { ROAD_USAGE, type RoadArguments, readRoadOptions, rowsOf } from './options.js';
import { type RoadReport, roadText } from './report.js';
import { runRoads } from './run_roads.js';
import { timeRoad } from './time_road.js';

const PROFILE = 'linux-6.12';

async function timeHere(format: RoadFormat, options: RoadArguments): Promise<RoadReport> {
  const size = options.world === SMALL.name ? SMALL : LARGE;
  const world = benchmarkWorld(PROFILE, size, options.seed);
  const folder = mkdtempSync(join(tmpdir(), 'bpftoken-road-'));
  try {
    const result = await timeRoad(world, format, folder, { ...options, rows: rowsOf(format, options) });
    const peakMemory = 1024 * process.resourceUsage().maxRSS;
    return { ...result, world: size.name, workers: options.workers, peakMemory };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(args: readonly string[]): Promise<void> {
  const options = readRoadOptions(args);
  if (options === null) {
    console.log(ROAD_USAGE);
    return;
  }
  const [format, ...more] = options.formats;
  let reports: readonly RoadReport[];
  if (format !== undefined && more.length === 0) {
    reports = [await timeHere(format, options)];
    console.log(reports.map(roadText).join('\n'));
  } else {
    reports = runRoads(args, options.formats);
  }
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(reports, null, 2)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = exitCodeOf(error);
}
