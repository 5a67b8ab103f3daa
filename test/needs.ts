import { spawnSync } from 'node:child_process';
import { describe, test } from 'vitest';

/** Set where everything that tests need is to be there: a test that is left out there fails. */
const isCi = Boolean(process.env.CI);
/** What CI could not install, and said so (.ci/run). */
const lacking = (process.env.TESTS_MAY_LACK ?? '').split(' ');

/** test(), or what stands for it where something is missing: a test that is skipped, and in CI one that fails. */
export function testNeeding(isThere: boolean, need: string): typeof test | typeof test.skip {
  if (isThere) return test;
  if (!isCi || lacking.includes(need)) return test.skip;
  return ((name: string) =>
    test(name, () => {
      throw new Error(`needs ${need}, which is missing: CI is to have it, or to say that it could not be installed`);
    })) as typeof test;
}

/** The same for a group of tests. */
export function describeNeeding(isThere: boolean, need: string): typeof describe | typeof describe.skip {
  if (isThere) return describe;
  if (!isCi || lacking.includes(need)) return describe.skip;
  return ((name: string) =>
    describe(name, () => void testNeeding(isThere, need)('runs', () => undefined))) as typeof describe;
}

/** Whether a program is installed. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
}
