import { expect, test } from 'vitest';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { NEWEST_PROFILE } from '../../src/kernel/profile.js';
import { allowedRequests } from '../../src/policy/allowed_requests.js';
import { type Claim, checkClaim } from '../../src/policy/claims.js';
import { checkIntended } from '../../src/policy/intended_change.js';
import { Policy } from '../../src/policy/policy.js';
import { diffPolicies } from '../../src/policy/policy_diff.js';
import type { PolicyRequest, RequestGroup } from '../../src/policy/request_group.js';
import { parsePattern } from '../../src/policy/request_pattern.js';
import { cases } from '../cases.js';
import { type AskedRequest, askEverything } from './brute_force.js';
import { changedPolicy, randomPolicy } from './random_policies.js';

const keyOf = ({ task, token, bpffs, cmd, type, attachType }: Omit<AskedRequest, 'allowed'>) =>
  `${task} ${token} ${bpffs} ${cmd} ${type} ${attachType}`;

function keyOfRequest({ aligned }: Policy, { task, kind, object, cell }: PolicyRequest): string {
  const nameIn = (items: typeof aligned.tokens) => (object === undefined ? undefined : items[object]?.name);
  return keyOf({
    task: aligned.tasks[task]?.name ?? '',
    token: kind === 'token' ? nameIn(aligned.tokens) : undefined,
    bpffs: kind === 'bpffs' ? nameIn(aligned.bpffs) : undefined,
    ...cell,
  });
}

/** Every request of groups. */
function requestsOf(policy: Policy, groups: readonly RequestGroup[]): string[] {
  return groups.flatMap(({ classes, cells }) =>
    classes.flatMap((pairs) =>
      policy
        .tasksOf(pairs)
        .flatMap((task) =>
          (pairs.objects.length === 0 ? [undefined] : pairs.objects).flatMap((object) =>
            cells.map((cell) => keyOfRequest(policy, { task, kind: pairs.kind, object, cell })),
          ),
        ),
    ),
  );
}

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

test('a claim holds where it holds of every request asked one by one; its witness is the smallest', () => {
  const verdicts = new Map<Claim, Set<boolean>>();
  const fails: Record<Claim, (a: boolean, b: boolean) => boolean> = {
    never: (a) => a,
    always: (a) => !a,
    implies: (a, b) => a && !b,
    equivalent: (a, b) => a !== b,
  };
  for (let seed = 1; seed <= cases(16, 80); seed++) {
    const random = new RandomSource(seed);
    const world = randomPolicy(seed);
    const worlds = [world, changedPolicy(world, seed)];
    const policy = new Policy(worlds);
    const { vocabulary } = world.profile;
    const hasTokens = policy.aligned.tokens.length > 0;
    const text = random.pick([
      `prog_load prog_type=${random.pick(vocabulary.names('prog_types'))}`,
      `map_create map_type=${random.pick(vocabulary.names('map_types'))}${hasTokens ? ' token!=none' : ''}`,
      `cmd=btf_load,prog_attach task=${random.pick(world.tasks).name}`,
      `cmd!=prog_load token=none`,
    ]);
    const pattern = parsePattern(text, policy.aligned);
    const meant = askEverything(worlds).filter((asked) => isMeant(text, world, asked));
    for (const claim of ['never', 'always', 'implies', 'equivalent'] as const) {
      const { asked, against, witness } = checkClaim(policy, claim, pattern);
      const failing = meant.filter(({ allowed: [a = false, b = false] }) => fails[claim](a, b));
      expect([seed, text, claim, asked, against]).toEqual([seed, text, claim, meant.length, failing.length]);
      expect(witness && keyOfRequest(policy, witness)).toBe(failing[0] && keyOf(failing[0]));
      verdicts.set(claim, (verdicts.get(claim) ?? new Set()).add(failing.length === 0));
    }
    policy.dispose();
  }
  for (const claim of Object.keys(fails) as Claim[]) expect([claim, verdicts.get(claim)?.size]).toEqual([claim, 2]);
});

/** The patterns above, read another way. */
function isMeant(text: string, { profile }: ReturnType<typeof randomPolicy>, asked: AskedRequest): boolean {
  const { vocabulary } = profile;
  const cmd = vocabulary.nameOf('cmds', asked.cmd);
  const [, type = ''] = /_type=(\S+)/.exec(text) ?? [];
  if (text.startsWith('prog_load')) return cmd === 'prog_load' && vocabulary.nameOf('prog_types', asked.type) === type;
  if (text.startsWith('map_create'))
    return (
      cmd === 'map_create' &&
      vocabulary.nameOf('map_types', asked.type) === type &&
      (asked.token !== undefined || !text.includes('token!=none'))
    );
  if (text.startsWith('cmd!=')) return cmd !== 'prog_load' && asked.token === undefined && asked.bpffs === undefined;
  return /^(?:btf_load|prog_attach)$/.test(cmd) && text.endsWith(`=${asked.task}`);
}

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
