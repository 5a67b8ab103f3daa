import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { CAP_FULL_SET } from '../../src/abi/capabilities.js';
import { ERRNO } from '../../src/abi/errno.js';
import { Disposition } from '../../src/abi/verdict.js';
import { randomProfile } from '../../src/fuzz/random_profile.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { capCapable } from '../../src/kernel/capability.js';
import { MASK_NAMES } from '../../src/kernel/masks.js';
import { Model } from '../../src/kernel/model.js';
import { extendProfile, profileNamed } from '../../src/kernel/profile.js';
import { Trace } from '../../src/kernel/trace.js';
import { UserNamespace } from '../../src/kernel/userns.js';
import { decodeVerdict, errnoOf, isDecided } from '../../src/kernel/verdict.js';
import { NO_TOKEN, type Request, type World } from '../../src/kernel/world.js';

/** Many worlds, several requests of each, and what the model says. */
function forEveryRequest(check: (world: World, request: Request, model: Model) => void, worlds = 400): void {
  for (let seed = 1; seed <= worlds; seed++) {
    const world = randomWorld(new RandomSource(seed * 31));
    const random = new RandomSource(seed);
    const model = new Model(world);
    for (let i = 0; i < 60; i++) check(world, randomRequest(world, random), model);
  }
}

const allowedBy = (model: Model, request: Request) => decodeVerdict(model.ask(request)).allowed;

describe('laws of the token', () => {
  test('what the call returns is the errno its reason stands for', () => {
    forEveryRequest((_, request, model) => {
      const trace = new Trace();
      const returned = model.call(request, trace);
      if (!isDecided(trace.outcome)) return;
      const errno = errnoOf(trace.outcome);
      if (errno === null) expect(returned).toBeGreaterThanOrEqual(0);
      else expect(returned).toBe(-ERRNO[errno]);
    });
  });

  test('a token alone grants nothing: without capabilities in its userns it never helps', () => {
    let helped = 0;
    forEveryRequest((world, request, model) => {
      const token = world.tokens[request.token];
      const task = world.tasks[request.task];
      if (!token || !task || !allowedBy(model, request)) return;
      if (allowedBy(model, { ...request, token: NO_TOKEN })) return;
      helped += 1;
      const bare: World = {
        ...world,
        tasks: world.tasks.with(request.task, { ...task, effective: 0n }),
        // No task owns a namespace here: the owner rule is a capability too.
        userns: world.userns.map((ns) => ({ ...ns, owner: 77 })),
      };
      expect(allowedBy(new Model(bare), request)).toBe(false);
    });
    expect(helped).toBeGreaterThan(50);
  });

  test.each([
    ['v12', profileNamed('v12')],
    ['any other rules with token_needs_own_userns', undefined],
  ])('under %s no caller outside the token userns is ever helped by it', (_, profile) => {
    let outside = 0;
    let worlds = 0;
    forEveryRequest((world) => {
      worlds += 1;
      const random = new RandomSource(worlds);
      const sample = randomProfile(random);
      const rules = { ...sample.rules, token_needs_own_userns: true };
      const model = new Model({ ...world, profile: profile ?? { ...sample, rules } });
      for (let i = 0; i < 4; i++) {
        const request = randomRequest(model.world, random);
        const token = world.tokens[request.token];
        if (!token || world.tasks[request.task]?.userns === token.userns) continue;
        outside += 1;
        if (allowedBy(model, request)) expect(allowedBy(model, { ...request, token: NO_TOKEN })).toBe(true);
      }
    }, 60);
    expect(outside).toBeGreaterThan(1000);
  });

  test('a dropped token changes nothing but the words', () => {
    forEveryRequest((_, request, model) => {
      const { disposition, outcome } = decodeVerdict(model.ask(request));
      if (disposition < Disposition.DROPPED_CMD || disposition > Disposition.DROPPED_LSM) return;
      expect(decodeVerdict(model.ask({ ...request, token: NO_TOKEN })).outcome).toBe(outcome);
    });
  });

  test('a token that needs its own userns and does not fall back: any other caller is decided as without it', () => {
    let outside = 0;
    let worlds = 0;
    forEveryRequest((world) => {
      worlds += 1;
      const rules = { ...world.profile.rules, token_needs_own_userns: true, token_falls_back_to_init: false };
      const model = new Model({ ...world, profile: { ...world.profile, rules } });
      const random = new RandomSource(worlds);
      for (let i = 0; i < 4; i++) {
        const request = randomRequest(model.world, random);
        const token = world.tokens[request.token];
        const { disposition, outcome } = decodeVerdict(model.ask(request));
        if (!token || world.tasks[request.task]?.userns === token.userns) continue;
        if (disposition === Disposition.UNUSABLE) continue;
        outside += 1;
        expect(decodeVerdict(model.ask({ ...request, token: NO_TOKEN })).outcome).toBe(outcome);
      }
    }, 60);
    expect(outside).toBeGreaterThan(1000);
  });

  test('narrowing a token never allows what it did not, unless the token was in the way', () => {
    const narrowed = { cmds: 0x21n, maps: 0x0fn, progs: 0xf0fn, attachs: 0x3n };
    forEveryRequest((world, request, model) => {
      const token = world.tokens[request.token];
      if (!token) return;
      const allowed = { ...token.allowed };
      for (const mask of MASK_NAMES) allowed[mask] &= narrowed[mask];
      const after = new Model({ ...world, tokens: world.tokens.with(request.token, { ...token, allowed }) });
      // A dropped token leaves the request as it is without one: an LSM that refuses through it no longer can.
      if (allowedBy(after, request) && !allowedBy(model, request)) {
        expect(allowedBy(model, { ...request, token: NO_TOKEN })).toBe(true);
      }
    });
  });

  test('more capabilities never turn an allowed request into a refused one, but for LSM refusals', () => {
    forEveryRequest((world, request, model) => {
      const task = world.tasks[request.task];
      if (!task || !allowedBy(model, request)) return;
      const quiet = world.tokens.map((token) => ({ ...token, denials: { cmds: token.denials.cmds, caps: 0n } }));
      const able = {
        ...world,
        tokens: quiet,
        tasks: world.tasks.with(request.task, { ...task, effective: CAP_FULL_SET }),
      };
      expect(allowedBy(new Model(able), request)).toBe(true);
    });
  });
});

test('the narrowing extension only ever removes bits, and is off unless asked for', () => {
  const mask = fc.bigInt({ min: 0n, max: MASK_ANY });
  const masks = fc.record({ cmds: mask, maps: mask, progs: mask, attachs: mask });
  const extended = extendProfile(profileNamed('linux-6.12'), 'narrowing', { token_narrowing: true });
  fc.assert(
    fc.property(masks, fc.array(masks, { maxLength: 4 }), (allowed, steps) => {
      for (const profile of [extended, profileNamed('linux-6.12')]) {
        const world: World = {
          profile,
          unprivilegedBpfDisabled: 2,
          userns: [{ name: 'init', parent: 0, owner: 0 }],
          bpffs: [],
          tasks: [{ name: 'task', userns: 0, euid: 0, effective: 0n }],
          tokens: [{ name: 'token', userns: 0, allowed, denials: { cmds: 0n, caps: 0n } }],
        };
        const model = new Model(world);
        const token = model.tokens[0] as (typeof model.tokens)[number];
        const task = model.tasks[0] as (typeof model.tasks)[number];
        const fd = task.files.open({ kind: 'token', token: token.get() });
        let before = { ...token.allowed };
        for (const step of steps) {
          const answer = model.kernel.narrowToken(task, fd, step);
          expect(answer).toBe(profile === extended ? 0 : -95);
          for (const name of MASK_NAMES) expect(token.allowed[name] & ~before[name]).toBe(0n);
          before = { ...token.allowed };
        }
        if (profile !== extended) expect(token.allowed).toEqual(allowed);
      }
    }),
    { numRuns: 200 },
  );
});

test('cap_capable agrees with its definition by paths', () => {
  // Said another way: from the target upwards, the first of (the caller's own userns; a userns it owns from its parent).
  const defined = (path: readonly UserNamespace[], cred: Parameters<typeof capCapable>[0], cap: number): boolean => {
    const own = path.indexOf(cred.userns);
    if (own === -1) return false;
    const childOfOwn = path[own - 1];
    if (childOfOwn && childOfOwn.owner === cred.euid) return true;
    return ((cred.effective >> BigInt(cap)) & 1n) === 1n;
  };
  const random = new RandomSource(5);
  for (let round = 0; round < 200; round++) {
    const all = [new UserNamespace('init', null, 0)];
    for (let i = 0; i < 12; i++) all.push(new UserNamespace(`ns${i}`, random.pick(all), random.below(3)));
    for (let i = 0; i < 40; i++) {
      const target = random.pick(all);
      const path: UserNamespace[] = [];
      for (let ns: UserNamespace | null = target; ns; ns = ns.parent) path.push(ns);
      const cred = {
        userns: random.pick(all),
        euid: random.below(3),
        egid: 0,
        effective: BigInt(random.below(2)) << 39n,
      };
      expect(capCapable(cred, target, 39)).toBe(defined(path, cred, 39));
    }
  }
});
