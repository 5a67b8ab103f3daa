// npm run bench:policy: questions to the largest world that the format allows, with 65,535 tasks and as many tokens and user namespaces.

import { parseArgs } from 'node:util';
import { largestWorld, TREE_SHAPES, type TreeShape } from '../../src/fuzz/large_world.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { findProfile, type Profile } from '../../src/kernel/profile.js';
import type { World } from '../../src/kernel/world.js';
import { allowedRequests } from '../../src/policy/allowed_requests.js';
import { checkClaim } from '../../src/policy/claims.js';
import { Policy } from '../../src/policy/policy.js';
import { diffPolicies } from '../../src/policy/policy_diff.js';
import { parsePattern } from '../../src/policy/request_pattern.js';
import { thisMachine } from '../report.js';

const USAGE = `npm run bench:policy -- [--rounds N] [--seed N]
  --rounds N  worlds of each shape, each with a seed of its own (3)
  --seed N    seed of the first (1)`;
const [BEFORE, AFTER] = ['linux-6.12', 'linux-7.3'].map((name) => findProfile(name) as Profile) as [Profile, Profile];

/** A question: what it is asked of, and how many requests it asked. */
const QUESTIONS: Readonly<Record<string, (world: World) => number>> = {
  'diff of two kernels': (world) => ask([world, { ...world, profile: AFTER }], (policy) => diffPolicies(policy).asked),
  'who-can prog_load prog_type=xdp': (world) =>
    ask([world], (policy) => allowedRequests(policy, parsePattern('prog_load prog_type=xdp', policy.aligned)).asked),
  'never token!=none prog_load prog_type=kprobe': (world) =>
    ask(
      [world],
      (policy) =>
        checkClaim(policy, 'never', parsePattern('token!=none prog_load prog_type=kprobe', policy.aligned)).asked,
    ),
};

function ask(worlds: readonly World[], question: (policy: Policy) => number): number {
  const policy = new Policy(worlds);
  try {
    return question(policy);
  } finally {
    policy.dispose();
  }
}

function main(rounds: number, firstSeed: number): void {
  console.log(JSON.stringify(thisMachine(null)));
  for (const shape of TREE_SHAPES) {
    for (const [name, question] of Object.entries(QUESTIONS)) {
      const seconds: number[] = [];
      let asked = 0;
      for (let round = 0; round < rounds; round++) {
        const world = worldOf(shape, firstSeed + round);
        const start = performance.now();
        asked = question(world);
        seconds.push((performance.now() - start) / 1000);
      }
      seconds.sort((a, b) => a - b);
      const median = (seconds[rounds >> 1] as number).toFixed(1);
      const range = `${seconds[0]?.toFixed(1)} to ${seconds.at(-1)?.toFixed(1)}`;
      console.log(
        `${shape.padEnd(7)} ${name.padEnd(45)} ${median} s (${range}), ${asked.toLocaleString('en')} requests`,
      );
    }
  }
  console.log(`most memory of the process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
}

function worldOf(shape: TreeShape, seed: number): World {
  return largestWorld(new RandomSource(seed), BEFORE, shape);
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(USAGE);
else main(Number(values.rounds), Number(values.seed));
