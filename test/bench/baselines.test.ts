import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileNative, gccVersion, nativeRival } from '../../bench/baselines/native/native.js';
import { TypeScriptBaseline } from '../../bench/baselines/typescript.js';
import { requests } from '../../bench/requests.js';
import { allowedBits, firstDifference } from '../../bench/verify.js';
import { benchmarkWorld, SMALL } from '../../bench/world.js';
import type { Columns, FullColumns } from '../../src/engine/columns.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import type { UnprivilegedBpfDisabled } from '../../src/kernel/context.js';
import { NO_TOKEN, type World } from '../../src/kernel/world.js';
import { Random } from '../../src/workload/random.js';
import { describeNeeding } from '../needs.js';

const ROWS = 20_000;
const INSN_CNTS = [0, 4096, 4097, 1_000_000, 1_000_001];
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** More than the benchmark asks: no token, types past the last one, many and no instructions, attach type 0. */
function widened(columns: Columns, seed: number): FullColumns {
  const random = new Random();
  random.reseed(seed, 100);
  const wide = {
    ...columns,
    token: columns.token.slice(),
    type: columns.type.slice(),
    attachType: columns.attachType.slice(),
    insnCnt: new Uint32Array(ROWS).fill(1),
    pre: new Uint8Array(ROWS),
  };
  for (let row = 0; row < ROWS; row++) {
    if (random.below(10) === 0) wide.token[row] = NO_TOKEN;
    if (random.below(20) === 0) wide.type[row] = random.below(256);
    if (random.below(20) === 0) wide.attachType[row] = random.below(256);
    if (random.below(5) === 0) wide.attachType[row] = random.below(3);
    if (random.below(10) === 0) wide.insnCnt[row] = INSN_CNTS[random.below(INSN_CNTS.length)] as number;
  }
  return wide;
}

const cases = ['linux-6.12', 'v12'].flatMap((profile) =>
  ([0, 1, 2] as const).flatMap((sysctl) =>
    [true, false].map((isWide) => ({ profile, sysctl, seed: 10 + sysctl, isWide })),
  ),
);

/** The input of both baselines, drawn once. */
const drawnBefore = new Map<string, ReturnType<typeof draw>>();
function given(profile: string, sysctl: UnprivilegedBpfDisabled, seed: number, isWide = true) {
  const key = `${profile}/${sysctl}/${seed}/${isWide}`;
  const before = drawnBefore.get(key) ?? draw(profile, sysctl, seed, isWide);
  drawnBefore.set(key, before);
  return before;
}

function draw(profile: string, sysctl: UnprivilegedBpfDisabled, seed: number, isWide: boolean) {
  const world: World = { ...benchmarkWorld(profile, SMALL, seed), unprivilegedBpfDisabled: sysctl };
  const generated = requests(world, seed, ROWS);
  const columns = isWide ? widened(generated, seed) : generated;
  const verdicts = new Uint8Array(ROWS);
  createEvaluator(world).decideBatch(columns, verdicts);
  return { world, columns, verdicts };
}

describe('the TypeScript baseline', () => {
  it.each(cases)(
    'answers as the evaluator: $profile, unprivileged_bpf_disabled $sysctl, more than the benchmark asks: $isWide',
    ({ profile, sysctl, seed, isWide }) => {
      const { world, columns, verdicts } = given(profile, sysctl, seed, isWide);
      const bits = new Uint8Array(ROWS);
      new TypeScriptBaseline(world).decideBatch(columns, bits);
      expect(firstDifference(world, columns, verdicts, 'typescript', bits)).toBeNull();
    },
  );
});

describeNeeding(gccVersion() !== null, 'gcc')('the C baseline', () => {
  const compiled = new Map<string, ReturnType<typeof compileNative>>();
  const compile = (profile: string) => {
    const program = compiled.get(profile) ?? compileNative(profile, folder);
    compiled.set(profile, program);
    return program;
  };

  it.each(cases)(
    'answers as the evaluator: $profile, unprivileged_bpf_disabled $sysctl, more than the benchmark asks: $isWide',
    ({ profile, sysctl, seed, isWide }) => {
      const { world, columns, verdicts } = given(profile, sysctl, seed, isWide);
      const baseline = nativeRival(compile(profile), world, columns);
      expect(firstDifference(world, columns, verdicts, 'native', baseline.decide())).toBeNull();
      expect(baseline.time(2)).toHaveLength(2);
      baseline.close();
    },
  );
});

describe('a comparison', () => {
  it('describes the first row that differs', () => {
    const { world, columns, verdicts } = given('v12', 2, 1);
    const bits = allowedBits(verdicts);
    expect(firstDifference(world, columns, verdicts, 'another', bits)).toBeNull();
    bits[20] = 1 - (bits[20] as number);
    bits[30] = 1 - (bits[30] as number);
    const words = firstDifference(world, columns, verdicts, 'another', bits);
    expect(words).toMatch(/^row 20 of v12: another says (allowed|denied), the engine \w+ \(token \w+\)\n/);
    expect(words).toContain(`task${columns.task[20]} in `);
    expect(firstDifference(world, columns, verdicts, 'another', bits.subarray(1))).toContain('rows of');
  });
});
