// npm run bench:scaling: checks per second as batches, worlds, namespaces and threads grow; data and plots in docs/scaling.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { thisMachine } from '../report.js';
import { batchCurve, type Curve, depthCurve, type Extent, workerCurve, worldCurve } from './curves.js';
import { curveSvg } from './svg.js';

const USAGE = `npm run bench:scaling -- [--quick] [--out FOLDER] [--seed N]
  --quick       a smoke run: fewer rows and rounds
  --out FOLDER  where the data and the plots go (docs/scaling)
  --seed N      seed of the worlds and requests (1)`;
const FULL = { sampling: { rounds: 5, repetitions: 3 }, rows: 1_048_576, maxRows: 100_000_000 };
const QUICK = { sampling: { rounds: 1, repetitions: 1 }, rows: 131_072, maxRows: 100_000 };

async function main(out: string, extent: Extent): Promise<void> {
  mkdirSync(out, { recursive: true });
  const curves: Curve[] = [];
  for (const measure of [worldCurve, depthCurve, workerCurve, batchCurve]) {
    const curve = await measure(extent);
    curves.push(curve);
    writeFileSync(join(out, `${curve.name}.svg`), curveSvg(curve));
    console.log(`\n${curveText(curve)}`);
  }
  const report = { machine: thisMachine(null), ...extent, profile: 'linux-6.12', curves };
  const json = JSON.stringify(
    report,
    (_, value) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value),
    2,
  );
  writeFileSync(join(out, 'scaling.json'), `${json}\n`);
}

/** A curve as a table. */
function curveText({ title, xLabel, points }: Curve): string {
  const lines = points.map(({ x, checksPerSecond }) => {
    const cells = Object.entries(checksPerSecond).map(
      ([name, { median, min, max }]) => `${name} ${millions(median)} M/s (${millions(min)} to ${millions(max)})`,
    );
    return `  ${x.toLocaleString('en').padStart(11)}  ${cells.join('  ')}`;
  });
  return [`${title} (${xLabel})`, ...lines].join('\n');
}

function millions(perSecond: number): string {
  return (perSecond / 1e6).toFixed(1);
}

try {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      out: { type: 'string', default: 'docs/scaling' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (!/^\d+$/.test(values.seed)) throw new TypeError(`--seed must be a non-negative integer, got ${values.seed}`);
  if (values.help) console.log(USAGE);
  else await main(values.out, { seed: Number(values.seed), ...(values.quick ? QUICK : FULL) });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
