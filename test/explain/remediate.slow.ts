import { expect, test } from 'vitest';
import { followAdvice } from './check_remediation.js';

const WORLDS = Number(process.env.ADVICE_WORLDS ?? 1500);

test('doing what the advice says makes at least 10,000 random denied requests pass, or nothing helps', {
  timeout: 300_000,
}, () => {
  expect(followAdvice(WORLDS)).toBeGreaterThanOrEqual(10_000);
});
