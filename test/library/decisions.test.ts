import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Disposition, Outcome } from '../../src/abi/verdict.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { decisionOf, REASONS, TOKEN_DISPOSITIONS } from '../../src/kernel/decision.js';
import { decodeVerdict, errnoOf, outcomeName } from '../../src/kernel/verdict.js';
import { describeReason, dispositionText } from '../../src/report/verdict_text.js';
import { ROOT } from '../cli/run_cli.js';
import { named } from '../engine/named.js';

describe('a decision', () => {
  test('says what the verdict byte says, by ids and by names', () => {
    const random = new RandomSource(3);
    for (let n = 0; n < 40; n++) {
      const world = randomWorld(random);
      const evaluator = createEvaluator(world);
      for (let i = 0; i < 25; i++) {
        const request = randomRequest(world, random);
        const byte = evaluator.decideRequest(request);
        const { allowed, errno, outcome } = decodeVerdict(byte);
        const decision = evaluator.decide(request);
        expect(decision).toMatchObject({ allowed, errno, reason: outcomeName(outcome) });
        expect(decision).toBe(decisionOf(byte));
        const byNames = named(world, request, random);
        expect(evaluator.decide(byNames)).toBe(decisionOf(evaluator.decideCode(byNames)));
      }
      evaluator.dispose();
    }
  });

  test('is the same object each time, which cannot be changed', () => {
    expect(decisionOf(0)).toBe(decisionOf(0));
    expect(Object.isFrozen(decisionOf(0))).toBe(true);
    expect(() => decisionOf(256)).toThrow(/a verdict byte/);
  });

  test('has documented reasons and dispositions, each with its errno and a sentence', () => {
    const library = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
    expect(REASONS.length).toBe(Object.keys(Outcome).length / 2);
    for (const reason of REASONS) {
      const outcome = Outcome[reason.toUpperCase() as keyof typeof Outcome];
      expect(library).toContain(`| \`${reason}\` | ${errnoOf(outcome) ?? ''} | ${describeReason(outcome)} |`);
    }
    for (const token of TOKEN_DISPOSITIONS) {
      const disposition = Disposition[token.toUpperCase() as keyof typeof Disposition];
      expect(library).toContain(`| \`${token}\` | ${dispositionText(disposition)} |`);
    }
  });
});
