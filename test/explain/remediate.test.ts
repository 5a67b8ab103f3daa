import { describe, expect, test } from 'vitest';
import { Outcome } from '../../src/abi/verdict.js';
import { remediate } from '../../src/explain/remediate.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { Model } from '../../src/kernel/model.js';
import { decodeVerdict } from '../../src/kernel/verdict.js';
import { followAdvice } from './check_remediation.js';

describe('doing what the advice says', () => {
  // More than 10,000 in remediate.slow.ts.
  test('makes at least 500 random denied requests pass, in the model and on the hot path; else nothing helps', () => {
    expect(followAdvice(80)).toBeGreaterThanOrEqual(500);
  });
});

test('an allowed request needs no change', () => {
  const world = randomWorld(new RandomSource(3));
  const random = new RandomSource(3);
  const model = new Model(world);
  for (let i = 0; i < 2000; i++) {
    const request = randomRequest(world, random);
    if (decodeVerdict(model.ask(request)).outcome !== Outcome.ALLOWED) continue;
    expect(remediate({ world, request })).toEqual({ possible: true, changes: [] });
  }
});
