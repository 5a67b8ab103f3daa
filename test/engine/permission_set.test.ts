import { describe, expect, test } from 'vitest';
import { DISPOSITION_SHIFT, Disposition, OUTCOME_MASK, type Outcome } from '../../src/abi/verdict.js';
import { createEvaluator, type Evaluator } from '../../src/engine/evaluator.js';
import type { PermissionSet } from '../../src/engine/permission_set.js';
import { attachEvaluator, shareEvaluator } from '../../src/engine/share.js';
import { UnknownNameError } from '../../src/errors.js';
import { randomProfile } from '../../src/fuzz/random_profile.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { Model } from '../../src/kernel/model.js';
import { PROFILES, type Profile } from '../../src/kernel/profile.js';
import { isAllowed } from '../../src/kernel/verdict.js';
import type { EnumKind } from '../../src/kernel/vocabulary.js';
import { NO_TOKEN, requestOf, type World } from '../../src/kernel/world.js';
import { cases, oneOf } from '../cases.js';

/** Worlds of each profile. */
const WORLDS = cases(1, 2);
const SYSCTLS = [0, 1, 2] as const;

const numbers = (profile: Profile, kind: EnumKind): number[] =>
  Array.from({ length: profile.vocabulary.count[kind] }, (_, number) => number);

/** Everything that one task can ask with one token: each type with each attach type where a command goes by these. */
function* cells({ profile }: World): Generator<readonly [cmd: number, type: number, attachType: number]> {
  const { vocabulary } = profile;
  const cmds = numbers(profile, 'cmds');
  for (const cmd of cmds) {
    const name = vocabulary.nameOf('cmds', cmd);
    if (name === 'map_create') for (const type of numbers(profile, 'map_types')) yield [cmd, type, 0];
    else if (['prog_load', 'prog_attach', 'link_create'].includes(name)) {
      for (const type of numbers(profile, 'prog_types')) {
        for (const attachType of numbers(profile, 'attach_types')) yield [cmd, type, attachType];
      }
    } else yield [cmd, 0, 0];
  }
}

const has = (set: bigint, number: number): boolean => ((set >> BigInt(number)) & 1n) === 1n;

/** Whether a permission set has a cell. */
function isIn(
  permissionSet: PermissionSet,
  { profile: { vocabulary } }: World,
  cmd: number,
  type: number,
  attach: number,
): boolean {
  switch (vocabulary.nameOf('cmds', cmd)) {
    case 'map_create':
      return has(permissionSet.mapTypes, type);
    case 'prog_load':
      return has(permissionSet.attachTypes(type), attach);
    case 'prog_attach':
    case 'link_create':
      return vocabulary.nameOf('prog_types', type) === 'cgroup_skb'
        ? has(permissionSet.cgroupSkbAttachTypes, attach)
        : has(permissionSet.cmds, cmd);
    default:
      return has(permissionSet.cmds, cmd);
  }
}

/** Compares every cell of a permission set with the verdict of `ask`, and returns the dispositions found. */
function compare(
  world: World,
  evaluator: Evaluator,
  task: number,
  token: number,
  ask: (cmd: number, type: number, attachType: number) => number,
): Set<Disposition> {
  const permissionSet = evaluator.permissionSet(task, token);
  const verdicts = evaluator.permissionTable(task, token);
  const seen = new Set<Disposition>();
  let cmds = 0n;
  let progTypes = 0n;
  for (const [cmd, type, attachType] of cells(world)) {
    const byte = ask(cmd, type, attachType);
    const allowed = isAllowed((byte & OUTCOME_MASK) as Outcome);
    if (allowed) cmds |= 1n << BigInt(cmd);
    if (allowed && world.profile.vocabulary.nameOf('cmds', cmd) === 'prog_load') progTypes |= 1n << BigInt(type);
    seen.add(byte >> DISPOSITION_SHIFT);
    const cell = { profile: world.profile.description, task, token, cmd, type, attachType };
    if (
      isIn(permissionSet, world, cmd, type, attachType) !== allowed ||
      verdicts.verdictOf(cmd, type, attachType) !== byte
    ) {
      const answer = { allowed, byte: verdicts.verdictOf(cmd, type, attachType) };
      expect({ ...cell, ...answer }).toEqual({
        ...cell,
        allowed: isIn(permissionSet, world, cmd, type, attachType),
        byte,
      });
    }
  }
  expect([permissionSet.cmds, permissionSet.progTypes]).toEqual([cmds, progTypes]);
  return seen;
}

/** What became of tokens in all of them. */
const seen = new Set<Disposition>();

/** Profiles with random rules, beside the built-in ones. */
const RANDOM_PROFILES = cases(2, 8);
const TESTED = [
  ...oneOf(
    3,
    PROFILES.map((profile, number) => ({ title: profile.name, profile, number })),
  ),
  ...Array.from({ length: RANDOM_PROFILES }, (_, i) => {
    const profile = randomProfile(new RandomSource(31, i));
    return { title: profile.description, profile, number: PROFILES.length + i };
  }),
];

describe.each(TESTED)('$title', ({ profile, number }) => {
  test(`every cell of every task and token is what decideIds() answers, in worlds of each kind`, () => {
    for (let seed = 1; seed <= WORLDS; seed++) {
      const unprivilegedBpfDisabled = SYSCTLS[(seed + number) % 3] as 0 | 1 | 2;
      const world = { ...randomWorld(new RandomSource(seed, number), profile), unprivilegedBpfDisabled };
      const evaluator = createEvaluator(world);
      for (let task = 0; task < world.tasks.length; task++) {
        for (const token of [NO_TOKEN, ...world.tokens.keys()]) {
          const ask = (cmd: number, type: number, attach: number) =>
            evaluator.decideIds(task, token, cmd, type, attach);
          for (const disposition of compare(world, evaluator, task, token, ask)) seen.add(disposition);
        }
      }
    }
  });

  test('and what the model answers', () => {
    const world = randomWorld(new RandomSource(77, number), profile);
    const evaluator = createEvaluator(world);
    const model = new Model(world);
    for (const token of [NO_TOKEN, 0]) {
      compare(world, evaluator, 0, token, (cmd, type, attachType) =>
        model.ask({ ...requestOf({ task: 0, cmd }), token, type, attachType }),
      );
    }
  });
});

test('every fate of a token was among them, in the designs also that of a caller from elsewhere', () => {
  expect([...seen].sort()).toEqual(
    [
      Disposition.NONE_GIVEN,
      Disposition.USED,
      Disposition.DROPPED_CMD,
      Disposition.DROPPED_TYPE,
      Disposition.DROPPED_ATTACH_TYPE,
      Disposition.DROPPED_USERNS,
      Disposition.DROPPED_LSM,
      Disposition.UNUSABLE,
    ].sort(),
  );
});

describe('a permission set', () => {
  const world = randomWorld(new RandomSource(9));
  const evaluator = createEvaluator(world);
  const [task] = world.tasks;
  const [token] = world.tokens;

  test('stays as it was when it was asked, however many come after', () => {
    const permissionSet = evaluator.permissionSet(0, 0);
    const words = () => [
      permissionSet.cmds,
      permissionSet.mapTypes,
      permissionSet.progTypes,
      permissionSet.attachTypes(6),
    ];
    const before = words();
    const others = Array.from({ length: 300 }, (_, i) => evaluator.permissionSet(i % world.tasks.length));
    expect(words()).toEqual(before);
    expect(others[7 % world.tasks.length]?.cmds).toBe(evaluator.permissionSet(7 % world.tasks.length).cmds);
  });

  test('is available by names too, and an error has the nearest name', () => {
    const byName = evaluator.permissionSet(task?.name as string, token?.name as string);
    expect(byName.mapTypes).toBe(evaluator.permissionSet(0, 0).mapTypes);
    expect(() => evaluator.permissionSet('tsk0')).toThrow(UnknownNameError);
    expect(() => evaluator.permissionSet('task0', 'tokn0')).toThrow(/did you mean "token0"/);
    expect(() => evaluator.permissionTable('tsk0')).toThrow(/did you mean "task0"/);
  });

  test.each([
    [world.tasks.length, NO_TOKEN],
    [0xffff_ffff, 0],
    [0, world.tokens.length],
    [0, 0xfffe],
    [0, 0xffff_ffff],
  ])('of ids that there are not (task %i, token %i) allows nothing', (taskId, tokenId) => {
    const { cmds, mapTypes, progTypes, cgroupSkbAttachTypes } = evaluator.permissionSet(taskId, tokenId);
    expect([cmds, mapTypes, progTypes, cgroupSkbAttachTypes]).toEqual([0n, 0n, 0n, 0n]);
    const verdicts = evaluator.permissionTable(taskId, tokenId);
    expect(verdicts.verdictOf(5, 6, 37)).toBe(evaluator.decideIds(taskId, tokenId, 5, 6, 37));
    expect(verdicts.verdictOf(8, 8, 0)).toBe(evaluator.decideIds(taskId, tokenId, 8, 8, 0));
  });

  test('has nothing of numbers past the tables', () => {
    const permissionSet = evaluator.permissionSet(0);
    expect([63, 64, 1000].map((type) => permissionSet.attachTypes(type))).toEqual([0n, 0n, 0n]);
    expect(evaluator.permissionTable(0).verdictOf(1000, 0, 0)).toBe(evaluator.decideIds(0, NO_TOKEN, 63, 0, 0));
  });

  test('is the same from another thread’s attachment', () => {
    const shared = createEvaluator(evaluator.world, { memory: 'shared' });
    const attached = attachEvaluator(shareEvaluator(shared));
    expect(attached.permissionSet(0, 0).progTypes).toBe(evaluator.permissionSet(0, 0).progTypes);
    attached.dispose();
    expect(() => attached.permissionSet(0, 0)).toThrow(/disposed/);
  });
});
