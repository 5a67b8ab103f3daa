import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CAP_NET_ADMIN } from '../../src/abi/capabilities.js';
import { readRecord } from '../../src/conformance/read_record.js';
import type { HelpersRecord, LibertyRecord, RecordedCase } from '../../src/conformance/record.js';
import { RecordingReplay } from '../../src/conformance/replay.js';
import type { ReplayStats } from '../../src/conformance/replay_stats.js';
import { CAPABILITY_RULES } from '../../src/kernel/verifier/capability_rule.js';
import { LIBERTY_RULES, LIBERTY_TESTS } from '../../src/kernel/verifier/liberties.js';

// What kernels offer programs, by capability. A fixed sample by default; RECORDINGS=all replays every record.

const FOLDER = fileURLToPath(new URL('../../recordings', import.meta.url));
const FILES = readdirSync(FOLDER).filter((name) => /^programs-linux-.*\.ndjson\.gz$/.test(name));
const isAll = process.env.RECORDINGS === 'all';
/** One record of this many, and of those that are asked with a broken rule; 33 callers follow each other, which these do not divide. */
const [SAMPLE, BROKEN_SAMPLE] = isAll ? [1, 1] : [41, 7];

function recordsOf(name: string, every: number): readonly RecordedCase[] {
  const lines = gunzipSync(readFileSync(join(FOLDER, name)))
    .toString('utf8')
    .split('\n');
  return lines.flatMap((line, i) => (i % every === 0 ? (readRecord(line, name, i + 1) ?? []) : []));
}

function replayed(name: string, records: readonly RecordedCase[]): ReplayStats {
  const replay = new RecordingReplay();
  replay.push(name, records);
  replay.endOfFile(name);
  return replay.stats;
}

test.each(FILES)('%s: no disagreement, and what is outside the model is named', (name) => {
  const records = recordsOf(name, SAMPLE);
  const stats = replayed(name, records);
  expect(stats.first.map(({ compared }) => [compared.record.case, compared.differences])).toEqual([]);
  expect(stats.disagreed).toBe(0);
  const rules = new Set([...stats.families.values()].flatMap(({ outside }) => [...outside.keys()]));
  expect([...rules].sort()).toEqual(
    ['a program that does not load without a call', 'a test that the model does not know'].filter((rule) =>
      rules.has(rule),
    ),
  );
});

test.each(FILES.filter((name) => !name.includes('mitigations')))(
  '%s has 100,000 answers and more about helpers',
  (name) => {
    const helpers = recordsOf(name, SAMPLE).filter((record): record is HelpersRecord => record.family === 'helpers');
    const answers = helpers.reduce((sum, { permitted, refused }) => sum + permitted.length + refused.length, 0);
    expect(answers).toBeGreaterThan(100_000 / SAMPLE);
  },
);

describe('a rule that is broken is found', () => {
  const name = 'programs-linux-6.12.ndjson.gz';
  const records = recordsOf(name, BROKEN_SAMPLE);
  const liberties = recordsOf(name, 1).filter((record): record is LibertyRecord => record.family === 'liberties');
  type Rule = { caps: readonly number[]; inInit: boolean; never?: true | undefined };
  const rules = CAPABILITY_RULES as Record<string, Rule>;
  const isUsed = (letter: string) => letter !== 'n' && letter !== 's';

  test.each(Object.keys(rules).filter(isUsed))('helpers by rule %s', (letter) => {
    // The rule itself: what was made of rules is remembered.
    const rule = rules[letter] as Rule;
    const own = { ...rule };
    try {
      Object.assign(rule, { never: undefined }, letter === 'b' ? rules.a : rules.b);
      expect(replayed(name, records).disagreed).toBeGreaterThan(0);
    } finally {
      Object.assign(rule, { never: undefined }, own);
    }
  });

  test.each([...new Set(Object.values(LIBERTY_TESTS))])('liberty %s', (liberty) => {
    const rule = LIBERTY_RULES[liberty] as { caps: readonly number[]; capsForSpeculation: readonly number[] };
    const { caps: own, capsForSpeculation } = rule;
    try {
      // The load itself counts instructions: without the rule, it asks for CAP_BPF all the same.
      const without = liberty === 'many_instructions' ? [] : [[]];
      for (const caps of [...without, [...own, ...capsForSpeculation, CAP_NET_ADMIN]]) {
        rule.caps = caps;
        rule.capsForSpeculation = [];
        const asking = liberties.filter(({ test: asked }) => LIBERTY_TESTS[asked] === liberty);
        const { kinds } = replayed(name, asking);
        expect([
          liberty,
          [...kinds.keys()].some((kind) => LIBERTY_TESTS[/^liberties, (\w+):/.exec(kind)?.[1] ?? ''] === liberty),
        ]).toEqual([liberty, true]);
      }
    } finally {
      rule.caps = own;
      rule.capsForSpeculation = capsForSpeculation;
    }
  });
});
