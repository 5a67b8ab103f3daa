import { describe, expect, test } from 'vitest';
import { createColumns, setRow } from '../../src/engine/columns.js';
import { createEvaluator, type Evaluator } from '../../src/engine/evaluator.js';
import { explainRequest } from '../../src/engine/explain_request.js';
import type { NewToken } from '../../src/engine/mutable_world.js';
import { type AttachedEvaluator, attachEvaluator, shareEvaluator } from '../../src/engine/share.js';
import { hasSharedMemory } from '../../src/engine/wasm_features.js';
import {
  InvalidSpecError,
  NarrowingNotSupportedError,
  UnknownNameError,
  WorldTooLargeError,
} from '../../src/errors.js';
import { randomCapabilities, randomDenials, randomMask, randomMasks } from '../../src/fuzz/random_masks.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { MASK_NAMES, type Masks } from '../../src/kernel/masks.js';
import { Model } from '../../src/kernel/model.js';
import { extendProfile, profileNamed } from '../../src/kernel/profile.js';
import { MAX_IDS, NO_TOKEN, type Request, type TaskSpec, type TokenSpec, type World } from '../../src/kernel/world.js';
import { named } from './named.js';

const WORLDS = 30;
const EDITS = 8;
const REQUESTS = 40;

/** A random world under a profile that lets tokens be narrowed. */
function narrowableWorld(random: RandomSource): World {
  const world = randomWorld(random);
  return { ...world, profile: extendProfile(world.profile, 'narrowing', { token_narrowing: true }) };
}

/** Makes one random edit, and the same by hand in a world of plain data. */
function editBoth(evaluator: Evaluator, world: World, random: RandomSource, n: number): World {
  const { vocabulary } = world.profile;
  const userns = random.below(world.userns.length);
  switch (world.tokens.length === 0 ? random.below(2) : random.below(3)) {
    case 0: {
      const euid = random.pick([0, 1000, 0xffff_fffe, 77]);
      const task: TaskSpec = { name: `added${n}`, userns, euid, effective: randomCapabilities(random) };
      expect(evaluator.editor.addTask(task)).toBe(world.tasks.length);
      return { ...world, tasks: [...world.tasks, task] };
    }
    case 1: {
      const token: TokenSpec = {
        name: `added${n}`,
        userns,
        allowed: randomMasks(random, vocabulary),
        denials: randomDenials(random, vocabulary),
      };
      expect(evaluator.editor.addToken(token)).toBe(world.tokens.length);
      return { ...world, tokens: [...world.tokens, token] };
    }
    default: {
      const id = random.below(world.tokens.length);
      const token = world.tokens[id] as TokenSpec;
      const keep: Partial<Masks> = {};
      for (const mask of MASK_NAMES) if (random.chance(50)) keep[mask] = randomMask(random, vocabulary, mask);
      evaluator.editor.narrowToken(random.pick([id, token.name]), keep);
      const allowed = { ...token.allowed };
      for (const mask of MASK_NAMES) allowed[mask] &= keep[mask] ?? allowed[mask];
      return { ...world, tokens: world.tokens.with(id, { ...token, allowed }) };
    }
  }
}

/** Every way the evaluator answers, and one attached to it before the edits, beside the model and an evaluator made for the world from the start. */
function compare(
  evaluator: Evaluator,
  attached: Pick<AttachedEvaluator, 'decideRequest' | 'decideIds' | 'decideBatch'>,
  world: World,
  random: RandomSource,
  what: object,
): void {
  const model = new Model(world);
  const fresh = createEvaluator(world);
  const requests: Request[] = Array.from({ length: REQUESTS }, () => randomRequest(world, random));
  // The newest ones, alone and together, and no token, whose row moves.
  const last = { task: world.tasks.length - 1, token: world.tokens.length - 1 };
  for (const ids of [last, { task: last.task }, { token: last.token }, { token: NO_TOKEN }]) {
    const sample = randomRequest(world, random);
    requests.push({ ...sample, ...ids, token: (ids.token === -1 ? NO_TOKEN : ids.token) ?? sample.token });
  }
  const columns = createColumns(requests.length);
  requests.forEach((request, row) => {
    setRow(columns, row, request);
  });
  const batch = new Uint8Array(requests.length);
  evaluator.decideBatch(columns, batch);
  requests.forEach((request, row) => {
    const byte = model.ask(request);
    const answers = [
      batch[row],
      evaluator.decideRequest(request),
      evaluator.decideCode(named(world, request, random)),
      attached.decideRequest(request),
      fresh.decideRequest(request),
    ];
    if (answers.some((answer) => answer !== byte)) {
      expect({ ...what, request, answers }).toEqual({ ...what, request, answers: answers.map(() => byte) });
    }
  });
  fresh.dispose();
}

test(`${WORLDS} random worlds after each of ${EDITS} random edits answer as if made so`, () => {
  for (let seed = 1; seed <= WORLDS; seed++) {
    const random = new RandomSource(seed);
    const first = narrowableWorld(random);
    const before = structuredClone({ tasks: first.tasks, tokens: first.tokens });
    // What other worlds left in the memory must not show where rows are added.
    const evaluator = createEvaluator(narrowableWorld(random));
    evaluator.editor.replaceWorld(first);
    // Without memory that threads share, the owner is asked twice.
    const attached = hasSharedMemory() ? attachEvaluator(shareEvaluator(evaluator)) : evaluator;
    let world = first;
    for (let n = 0; n < EDITS; n++) {
      world = editBoth(evaluator, world, random, n);
      expect(evaluator.world).toEqual(world);
      compare(evaluator, attached, world, random, { seed, edit: n });
    }
    expect({ tasks: first.tasks, tokens: first.tokens }, 'what the caller gave').toEqual(before);
    evaluator.editor.replaceWorld(first);
    compare(evaluator, attached, first, random, { seed, edit: 'the first world again' });
  }
});

describe('edits', () => {
  const ALL = (1n << 64n) - 1n;
  const allowed = { cmds: ALL, maps: ALL, progs: ALL, attachs: ALL };
  const plain: World = {
    profile: profileNamed('linux-6.12'),
    unprivilegedBpfDisabled: 2,
    userns: [
      { name: 'init', parent: 0, owner: 0 },
      { name: 'box', parent: 0, owner: 1000 },
    ],
    bpffs: [],
    tasks: [{ name: 'web', userns: 1, euid: 5, effective: ALL }],
    tokens: [],
  };
  const XDP = { task: 'web', token: 'new', cmd: 'prog_load', prog_type: 'xdp', expected_attach_type: 'xdp' };

  test('a world shown before an edit stays as it was, and one shown twice is the same', () => {
    const evaluator = createEvaluator(plain);
    expect(evaluator.world).toBe(plain);
    evaluator.editor.addToken({ name: 'new', userns: 1, allowed });
    const { world } = evaluator;
    expect(evaluator.world).toBe(world);
    evaluator.editor.addTask({ name: 'more', userns: 0, euid: 0, effective: 0n });
    expect([plain.tokens.length, world.tasks.length, evaluator.world.tasks.length]).toEqual([0, 1, 2]);
  });

  test('what was given may change afterwards: the world holds copies', () => {
    const evaluator = createEvaluator(plain);
    const token = { name: 'new', userns: 1, allowed: { ...allowed }, denials: { cmds: 0n, caps: 0n } };
    evaluator.editor.addToken(token);
    token.allowed.progs = 0n;
    token.denials.caps = ALL;
    expect(explainRequest(evaluator, XDP).verdict).toMatchObject({ allowed: true });
    expect(evaluator.world.tokens[0]).toMatchObject({ allowed, denials: { cmds: 0n, caps: 0n } });
  });

  test('a name that was unknown is known once something has it', () => {
    const evaluator = createEvaluator(plain);
    expect(() => evaluator.decideCode(XDP)).toThrow(UnknownNameError);
    const id = evaluator.editor.addToken({ name: 'new', userns: 1, allowed });
    expect(evaluator.decideCode(XDP)).toBe(evaluator.decideIds(0, id, 5, 6, 37));
    expect(() => evaluator.decideCode({ ...XDP, task: 'other' })).toThrow(UnknownNameError);
    evaluator.editor.addTask({ name: 'other', userns: 1, euid: 1000, effective: 0n });
    // The owner of the namespace has every capability there only from outside of it.
    expect(explainRequest(evaluator, { ...XDP, task: 'other' }).verdict).toMatchObject({ errno: 'EPERM' });
    evaluator.editor.addTask({ name: 'owner', userns: 0, euid: 1000, effective: 0n });
    expect(explainRequest(evaluator, { ...XDP, task: 'owner' }).verdict).toMatchObject({ allowed: true });
    expect(evaluator.decideCode({ ...XDP, task: 'owner' })).toBe(evaluator.decideCode(XDP));
  });

  test('a profile without the extension narrows nothing, and says how to have it', () => {
    const evaluator = createEvaluator(plain);
    const id = evaluator.editor.addToken({ name: 'new', userns: 1, allowed });
    expect(() => evaluator.editor.narrowToken(id, { progs: 0n })).toThrow(NarrowingNotSupportedError);
    expect(() => evaluator.editor.narrowToken(id, { progs: 0n })).toThrow(
      /an extension that linux-6.12 does not have; .*extendProfile\(profileNamed\('linux-6.12'\), 'mine', { token_narrowing: true }\)/,
    );
    expect(evaluator.world.tokens[id]?.allowed).toEqual(allowed);
  });

  test('narrowing takes bits away and never gives any back', () => {
    const profile = extendProfile(plain.profile, 'mine', { token_narrowing: true });
    const evaluator = createEvaluator({ ...plain, profile });
    evaluator.editor.addToken({ name: 'new', userns: 1, allowed });
    const before = evaluator.decideCode(XDP);
    evaluator.editor.narrowToken('new', { progs: 1n << 6n });
    expect(evaluator.decideCode(XDP)).toBe(before);
    evaluator.editor.narrowToken('new', { progs: 1n << 1n, attachs: undefined });
    evaluator.editor.narrowToken('new', { progs: ALL });
    expect(evaluator.decideCode(XDP)).not.toBe(before);
    expect(evaluator.world.tokens[0]?.allowed).toEqual({ ...allowed, progs: 0n });
    expect(() => evaluator.editor.narrowToken('new', { progz: 0n } as never)).toThrow(
      /unknown mask progz: must be one of cmds, maps, progs/,
    );
    expect(() => evaluator.editor.narrowToken('new', { progs: 6 } as never)).toThrow(/progs is 6: a bigint of 64 bits/);
    expect(() => evaluator.editor.narrowToken('nwe', {})).toThrow(/unknown token "nwe"; did you mean "new"\?/);
    expect(() => evaluator.editor.narrowToken(1, {})).toThrow(
      /there is no token of id 1: 1 of them have ids from 0 on/,
    );
    expect(() => evaluator.editor.narrowToken(NO_TOKEN, {})).toThrow(UnknownNameError);
  });

  const task = { name: 't', userns: 1, euid: 0, effective: 0n };
  test.each([
    [{ ...task, userns: 2 }, 'userns', 'userns is 2: the id of a user namespace of the world (0 to 1) is expected'],
    [{ ...task, userns: -1 }, 'userns', 'userns is -1'],
    [{ ...task, euid: 0xffff_ffff }, 'euid', 'a uid from 0 to 4294967294'],
    [{ ...task, effective: -1n }, 'effective', 'effective is -1: a bigint of 64 bits'],
    [{ ...task, effective: 1n << 64n }, 'effective', 'a bigint of 64 bits'],
    [{ ...task, effective: 3 as never }, 'effective', 'effective is 3: a bigint'],
    [{ ...task, name: '' }, 'name', 'a name is expected'],
    [{ ...task, name: 'web' }, 'name', 'the name must be unique: one of the tasks is called "web" already'],
  ] satisfies [TaskSpec, string, string][])('a task %o is refused', (spec, field, words) => {
    refused((evaluator) => evaluator.editor.addTask(spec), field, words);
  });

  const token: NewToken = { name: 'k', userns: 1, allowed };
  test.each([
    [{ ...token, userns: 2 }, 'userns', 'userns is 2'],
    [{ ...token, allowed: { ...allowed, maps: undefined as never } }, 'allowed.maps', 'allowed.maps is undefined'],
    [{ ...token, denials: { cmds: 0n, caps: 1n << 64n } }, 'denials.caps', 'a bigint of 64 bits'],
    [{ ...token, bpffs: 0 }, 'bpffs', 'bpffs is 0: none (the world has no bpffs) is expected'],
    [{ ...token, name: 3 as never }, 'name', 'name is 3: a name is expected'],
  ] satisfies [NewToken, string, string][])('a token %o is refused', (spec, field, words) => {
    refused((evaluator) => evaluator.editor.addToken(spec), field, words);
  });

  function refused(edit: (evaluator: Evaluator) => void, field: string, words: string): void {
    const evaluator = createEvaluator(plain);
    const before = evaluator.decideCode({ ...XDP, token: undefined });
    const error = (() => {
      try {
        edit(evaluator);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(InvalidSpecError);
    expect(error).toMatchObject({ code: 'INVALID_SPEC', field });
    expect((error as Error).message).toContain(words);
    expect(evaluator.world).toBe(plain);
    expect(evaluator.decideCode({ ...XDP, token: undefined })).toBe(before);
  }

  test('the last ids there are can be added and used, and then no more', () => {
    const many = { length: MAX_IDS - 1 };
    const tokens = Array.from(many, (_, id) => ({
      name: `k${id}`,
      userns: 0,
      allowed,
      denials: { cmds: 0n, caps: 0n },
    }));
    const tasks = Array.from(many, (_, id) => ({ name: `t${id}`, userns: 0, euid: 0, effective: 0n }));
    const evaluator = createEvaluator({ ...plain, tasks, tokens });
    expect(evaluator.editor.addTask({ name: 'web', userns: 1, euid: 5, effective: ALL })).toBe(MAX_IDS - 1);
    expect(evaluator.editor.addToken({ name: 'new', userns: 1, allowed })).toBe(MAX_IDS - 1);
    const { world } = evaluator;
    const model = new Model(world);
    for (const ids of [
      [MAX_IDS - 1, MAX_IDS - 1],
      [MAX_IDS - 1, NO_TOKEN],
      [0, MAX_IDS - 1],
      [0, NO_TOKEN],
    ] as const) {
      const request = { task: ids[0], token: ids[1], cmd: 5, type: 6, attachType: 37, insnCnt: 1, pre: 0 };
      expect(evaluator.decideRequest(request)).toBe(model.ask(request));
    }
    expect(() => evaluator.editor.addTask(task)).toThrow(WorldTooLargeError);
    expect(() => evaluator.editor.addToken(token)).toThrow(/65536 tokens: at most 65535 fit one world/);
  });
});
