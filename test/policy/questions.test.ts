import { expect, test } from 'vitest';
import { NEWEST_PROFILE } from '../../src/kernel/profile.js';
import { allowedRequests } from '../../src/policy/allowed_requests.js';
import { checkIntended } from '../../src/policy/intended_change.js';
import { Policy } from '../../src/policy/policy.js';
import { diffPolicies } from '../../src/policy/policy_diff.js';
import { parsePattern } from '../../src/policy/request_pattern.js';
import { cases } from '../cases.js';
import { type AskedRequest, askEverything } from './brute_force.js';
import { changedPolicy, randomPolicy } from './random_policies.js';
import { keyOf, requestsOf } from './request_keys.js';

const keys = (asked: readonly AskedRequest[]) => asked.map(keyOf).sort();

test('what is allowed is what every request, asked one by one, says; so is what a change changes', () => {
  for (let seed = 1; seed <= cases(2, 12); seed++) {
    const world = randomPolicy(seed);
    const worlds = [world, changedPolicy(world, seed)];
    const asked = askEverything(worlds);
    const policy = new Policy(worlds);
    const diff = diffPolicies(policy);
    expect(diff.asked).toBe(asked.length);
    expect(requestsOf(policy, diff.gained).sort()).toEqual(keys(asked.filter(({ allowed: [a, b] }) => !a && b)));
    expect(requestsOf(policy, diff.lost).sort()).toEqual(keys(asked.filter(({ allowed: [a, b] }) => a && !b)));
    policy.dispose();
    const one = new Policy([world]);
    const alone = askEverything([world]);
    const { groups, refused, allowed, asked: count } = allowedRequests(one);
    expect(requestsOf(one, groups).sort()).toEqual(keys(alone.filter(({ allowed: [a] }) => a)));
    expect(count).toBe(alone.length);
    expect(refused.reduce((sum, { requests }) => sum + requests, allowed)).toBe(count);
    one.dispose();
  }
});

test('a change that allows one thing more than is intended does not pass', () => {
  const world = { ...randomPolicy(3), profile: NEWEST_PROFILE, unprivilegedBpfDisabled: 2 as const };
  const { vocabulary } = world.profile;
  const [agent] = world.tasks;
  const bit = (kind: 'cmds' | 'map_types', name: string) => 1n << BigInt(vocabulary.require(kind, name));
  const userns = [
    { name: 'init', parent: 0, owner: 0 },
    { name: 'web', parent: 0, owner: 1000 },
  ];
  const of = (maps: bigint) => ({
    ...world,
    userns,
    bpffs: [],
    tasks: [{ ...(agent as (typeof world.tasks)[0]), name: 'agent', userns: 1, euid: 1000, effective: 1n << 39n }],
    tokens: [
      {
        name: 'web',
        userns: 1,
        allowed: { cmds: bit('cmds', 'map_create'), maps, progs: 0n, attachs: 0n },
        denials: { cmds: 0n, caps: 0n },
      },
    ],
  });
  const hash = bit('map_types', 'hash');
  const checkWith = (first: bigint, second: bigint) => {
    const withOther = (own: bigint, others: bigint) => {
      const world = of(own);
      const [token] = world.tokens;
      if (!token) return world;
      return { ...world, tokens: [token, { ...token, name: 'other', allowed: { ...token.allowed, maps: others } }] };
    };
    const policy = new Policy([withOther(0n, 0n), withOther(first, second)]);
    const change = checkIntended(policy, parsePattern('task=agent token=web map_create map_type=hash', policy.aligned));
    policy.dispose();
    return change;
  };
  const check = (after: bigint, before = 0n) => {
    const policy = new Policy([of(before), of(after)]);
    const change = checkIntended(policy, parsePattern('task=agent token=web map_create map_type=hash', policy.aligned));
    policy.dispose();
    return change;
  };
  expect(check(hash).holds).toBe(true);
  const wide = check(hash | bit('map_types', 'lru_hash'));
  expect([wide.before.against, wide.intended.gained.length, wide.others.gained.length, wide.holds]).toEqual([
    0,
    1,
    1,
    false,
  ]);
  // Of the pair that is intended, and of another.
  const also = checkWith(hash | bit('map_types', 'array'), hash);
  expect(also.others.gained.map(({ pairs, cells }) => [pairs, cells.map(({ type }) => type)])).toEqual([
    [1, [vocabulary.require('map_types', 'array')]],
    [1, [vocabulary.require('map_types', 'hash')]],
  ]);
  expect(check(hash, hash)).toMatchObject({ before: { against: 1 }, holds: false });
  expect(check(0n)).toMatchObject({ before: { against: 0 }, intended: { gained: [] }, holds: false });
});
