import { describe, expect, test } from 'vitest';
import { Outcome } from '../../src/abi/verdict.js';
import { advise } from '../../src/explain/advise.js';
import { Dice } from '../../src/fuzz/dice.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { Model } from '../../src/kernel/model.js';
import { decodeVerdict } from '../../src/kernel/verdict.js';
import { followAdvice } from './advised.js';

describe('doing what the advice says', () => {
  // More than 10,000 in advise.slow.ts.
  test('makes at least 2,000 random denied requests pass, in the model and on the hot path; else nothing helps', () => {
    expect(followAdvice(300)).toBeGreaterThanOrEqual(2000);
  });
});

test('an allowed request needs no change', () => {
  const world = randomWorld(new Dice(3));
  const dice = new Dice(3);
  const model = new Model(world);
  for (let i = 0; i < 2000; i++) {
    const request = randomRequest(world, dice);
    if (decodeVerdict(model.ask(request)).outcome !== Outcome.ALLOWED) continue;
    expect(advise({ world, request })).toEqual({ possible: true, changes: [] });
  }
});
