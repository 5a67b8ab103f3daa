// How fast requests are decided: the fleet of examples/, one million generated requests (seed 1), built code.
// npm run bench, after a build. batch: a million requests a sample; check and model: a thousand.
import { readFileSync } from 'node:fs';
import { Bench } from 'tinybench';
import { createEvaluator, generateRequests, Model, parseScenario, rowOf } from '../dist/index.js';

const ROWS = 1_000_000;
const SINGLE = 1000;
const file = new URL('../examples/fleet.yaml', import.meta.url);
const { world } = parseScenario(readFileSync(file, 'utf8'), 'examples/fleet.yaml');
const chunks = [...generateRequests(world, 1, ROWS)];
const evaluator = createEvaluator(world);
const model = new Model(world);
const out = chunks.map(({ rows }) => new Uint8Array(rows));
const singles = Array.from({ length: SINGLE }, (_, row) => rowOf(chunks[0].columns, row));

const bench = new Bench({ time: 2000 });
const checks = { batch: ROWS, check: SINGLE, model: SINGLE };
bench
  .add('batch', () => {
    chunks.forEach(({ columns }, i) => {
      evaluator.checkBatch(columns, out[i]);
    });
  })
  .add('check', () => {
    for (const request of singles) evaluator.check(request);
  })
  .add('model', () => {
    for (const request of singles) model.ask(request);
  });
await bench.run();

console.log(
  `${world.profile.name}, ${world.tasks.length} tasks, ${world.tokens.length} tokens, Node ${process.version}`,
);
for (const { name, result } of bench.tasks) {
  const perCheck = (milliseconds) => ((milliseconds * 1e6) / checks[name]).toFixed(1).padStart(8);
  const { p50, p75, min } = result.latency;
  console.log(
    `${name.padEnd(6)} ${perCheck(p50)} ns a check (median; least ${perCheck(min).trim()}, upper quartile ${perCheck(p75).trim()})`,
  );
}
