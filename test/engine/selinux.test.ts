import { expect, test } from 'vitest';
import { OUTCOME_MASK, Outcome } from '../../src/abi/verdict.js';
import { createColumns, setRow } from '../../src/engine/columns.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { randomProfile } from '../../src/fuzz/random_profile.js';
import { randomRequests } from '../../src/fuzz/random_request.js';
import { withRandomSelinux } from '../../src/fuzz/random_selinux.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { Model } from '../../src/kernel/model.js';
import { PROFILES } from '../../src/kernel/profile.js';
import { MAX_DOMAINS, UNCONFINED } from '../../src/kernel/selinux.js';
import { NO_TOKEN, requestOf, type World } from '../../src/kernel/world.js';
import { cases } from '../cases.js';

/** A world with SELinux, of a built-in profile or of rules at random. */
function drawWorld(random: RandomSource): World {
  const profile = random.chance(60) ? random.pick(PROFILES) : randomProfile(random);
  return withRandomSelinux(random, randomWorld(random, profile));
}

test('single requests and batches under SELinux are decided as by the model', () => {
  const met = new Map<Outcome, number>();
  for (let seed = 1; seed <= cases(120, 2000); seed++) {
    const random = new RandomSource(seed, 17);
    const world = drawWorld(random);
    const model = new Model(world);
    using evaluator = createEvaluator(world);
    const requests = randomRequests(world, random, 120, random.chance(10));
    const columns = createColumns(requests.length);
    for (const [row, request] of requests.entries()) setRow(columns, row, request);
    const out = new Uint8Array(requests.length);
    evaluator.decideBatch(columns, out);
    for (const [i, request] of requests.entries()) {
      const expected = model.ask(request);
      expect({ seed, request, one: evaluator.decideRequest(request), batch: out[i] }).toEqual({
        seed,
        request,
        one: expected,
        batch: expected,
      });
      const outcome = expected & OUTCOME_MASK;
      met.set(outcome, (met.get(outcome) ?? 0) + 1);
    }
  }
  expect(met.get(Outcome.CREATE_LSM_REFUSED)).toBeGreaterThan(100);
  expect(met.get(Outcome.LSM_REFUSED_CAPABLE)).toBeGreaterThan(100);
  expect(met.get(Outcome.LSM_REFUSED_CAPABLE_EINVAL)).toBeGreaterThan(0);
});

test('every cell of a permission table and a permission set under SELinux is that of the model', () => {
  for (let seed = 1; seed <= cases(8, 100); seed++) {
    const random = new RandomSource(seed, 18);
    const world = drawWorld(random);
    const { vocabulary } = world.profile;
    const model = new Model(world);
    using evaluator = createEvaluator(world);
    const task = random.below(world.tasks.length);
    const token = world.tokens.length > 0 && random.chance(80) ? random.below(world.tokens.length) : NO_TOKEN;
    const table = evaluator.permissionTable(task, token);
    const set = evaluator.permissionSet(task, token);
    const isIn = (bits: bigint, n: number): boolean => ((bits >> BigInt(n)) & 1n) !== 0n;
    const cell = (cmd: string, type: number, attachType = 0): number => {
      const number = vocabulary.require('cmds', cmd);
      const expected = model.ask({ ...requestOf({ task, cmd: number }), token, type, attachType });
      expect({ seed, cmd, type, attachType, byte: table.verdictOf(number, type, attachType) }).toEqual({
        seed,
        cmd,
        type,
        attachType,
        byte: expected,
      });
      return expected & OUTCOME_MASK;
    };
    for (let type = 0; type < vocabulary.count.map_types; type++) {
      const outcome = cell('map_create', type);
      expect(isIn(set.mapTypes, type)).toBe(outcome === Outcome.ALLOWED);
    }
    for (let type = 0; type < vocabulary.count.prog_types; type++) {
      for (let attach = 0; attach < vocabulary.count.attach_types; attach++) {
        const outcome = cell('prog_load', type, attach);
        expect(isIn(set.attachTypes(type), attach)).toBe(outcome === Outcome.ALLOWED);
      }
    }
    for (const cmd of ['btf_load', 'prog_get_next_id', 'map_lookup_elem']) cell(cmd, 0);
  }
});

test('tasks and tokens that are added have their domains; as many domains as a world can have', () => {
  const random = new RandomSource(3);
  const { selinux: _, ...plain } = drawWorld(random);
  const domains = [UNCONFINED, ...Array.from({ length: MAX_DOMAINS - 1 }, (_, i) => `d${i}_t`)];
  const last = MAX_DOMAINS - 1;
  const rule = { source: last, target: last, class: 'bpf', permission: 'map_create' } as const;
  const world: World = {
    ...plain,
    profile: PROFILES.at(-1) as World['profile'],
    unprivilegedBpfDisabled: 0,
    selinux: { bpfTokenPerms: true, domains, rules: [rule] },
    userns: [{ name: 'init', parent: 0, owner: 0 }],
    bpffs: [],
    tasks: [],
    tokens: [],
  };
  using evaluator = createEvaluator(world);
  const task = (name: string, domain: number) => ({ name, userns: 0, euid: 5, effective: 0n, domain });
  const ids = [task('free', 0), task('confined', last)].map((spec) => evaluator.editor.addTask(spec));
  expect(ids.map((id) => evaluator.decideIds(id, NO_TOKEN, 0, 2, 0))).toEqual([
    Outcome.ALLOWED,
    Outcome.CREATE_LSM_REFUSED,
  ]);
  expect(evaluator.world.tasks.map(({ domain }) => domain)).toEqual([0, last]);
  expect(() => evaluator.editor.addTask(task('stray', MAX_DOMAINS))).toThrow(/domain is 64: the index of a domain/);
  expect(() =>
    createEvaluator({ ...world, selinux: { bpfTokenPerms: true, domains: [...domains, 'x'], rules: [] } }),
  ).toThrow(/selinux\.domains/);
});
