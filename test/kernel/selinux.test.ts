import { describe, expect, test } from 'vitest';
import { CAP_FULL_SET } from '../../src/abi/capabilities.js';
import { Outcome } from '../../src/abi/verdict.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { withRandomSelinux } from '../../src/fuzz/random_selinux.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { Model } from '../../src/kernel/model.js';
import { profileNamed } from '../../src/kernel/profile.js';
import type { SelinuxSpec } from '../../src/kernel/selinux.js';
import { Trace } from '../../src/kernel/trace.js';
import { decodeVerdict, isAllowed } from '../../src/kernel/verdict.js';
import { requestOf, type World } from '../../src/kernel/world.js';
import { PolicyBuilder, readAllowRule } from '../../src/names/allow_rule.js';
import { cases } from '../cases.js';

const [AGENT, MANAGER] = [1, 2];

function policy(rules: readonly string[], bpfTokenPerms = true): SelinuxSpec {
  const builder = new PolicyBuilder();
  for (const name of ['agent_t', 'manager_t']) builder.domain(name);
  for (const text of rules) {
    const rule = readAllowRule(text);
    if ('message' in rule) throw new Error(rule.message);
    builder.add(rule);
  }
  return builder.spec(bpfTokenPerms);
}

/** A task of agent_t with every capability in a user namespace, and a token and two bpffs that manager_t created. */
function world(profile: string, selinux: SelinuxSpec): World {
  const { vocabulary } = profileNamed(profile);
  const any = (1n << 64n) - 1n;
  const bit = (name: string) => 1n << BigInt(vocabulary.require('cmds', name));
  const bpffs = (name: string, cmds: bigint) => ({
    name,
    userns: 1,
    options: { uid: 0, gid: 0, mode: 0o777, delegate: { cmds, maps: any, progs: any, attachs: any } },
    denials: { cmds: 0n, caps: 0n },
    lsmCreateErrno: 0,
    domain: MANAGER,
  });
  const allowed = { cmds: any, maps: any, progs: any, attachs: any };
  return {
    profile: profileNamed(profile),
    unprivilegedBpfDisabled: 2,
    selinux,
    userns: [
      { name: 'init', parent: 0, owner: 0 },
      { name: 'container', parent: 0, owner: 1000 },
    ],
    bpffs: [bpffs('both', bit('map_create') | bit('prog_load')), bpffs('maps', bit('map_create'))],
    tasks: [{ name: 'agent', userns: 1, euid: 5, effective: CAP_FULL_SET, domain: AGENT }],
    tokens: [{ name: 'token', userns: 1, allowed, denials: { cmds: 0n, caps: 0n }, grantor: MANAGER }],
  };
}

const SELF = 'allow agent_t self:cap2_userns { bpf perfmon };';
const THROUGH = 'allow agent_t manager_t:cap2_userns { bpf perfmon };';
const FDS = 'allow agent_t self:bpf { map_read map_write prog_run };';

/** What a call returns, and the reason. */
function ask(given: World, cmd: string, fields: { type?: number; bpffs?: number; token?: number } = {}) {
  const request = requestOf({ task: 0, cmd: given.profile.vocabulary.require('cmds', cmd), token: 0, ...fields });
  const trace = new Trace({ steps: true });
  const returned = new Model(given).call(request, trace);
  const last = trace.steps?.findLast(({ ok }) => !ok);
  return {
    errno: returned < 0 ? -returned : 0,
    outcome: Outcome[trace.outcome],
    refusedBy: last?.fn,
    said: last?.text,
  };
}

describe('BPF_TOKEN_CREATE from 7.0 on', () => {
  const create = (rules: readonly string[], bpffs: number, perms = true, profile = 'linux-7.3') =>
    ask(world(profile, policy([SELF, ...rules], perms)), 'token_create', { bpffs, token: 0xffff });

  test('map_create_as and prog_load_as are asked for what is delegated: EACCES', () => {
    const refused = { errno: 13, outcome: 'CREATE_LSM_REFUSED', refusedBy: 'selinux_bpf_token_create' };
    expect(create([], 0)).toMatchObject({
      ...refused,
      said: 'SELinux does not allow agent_t manager_t:bpf map_create_as',
    });
    const rules = ['allow agent_t manager_t:bpf map_create_as;'];
    expect(create(rules, 0)).toMatchObject({
      ...refused,
      said: 'SELinux does not allow agent_t manager_t:bpf prog_load_as',
    });
    expect(create([...rules, 'allow agent_t manager_t:bpf prog_load_as;'], 0).errno).toBe(0);
  });

  test('delegating less turns a refusal into success', () => {
    const rules = ['allow agent_t manager_t:bpf map_create_as;'];
    expect([create(rules, 0).errno, create(rules, 1).errno]).toEqual([13, 0]);
  });

  test('whether or not the policy has bpf_token_perms; kernels before 7.0 ask nothing', () => {
    expect(create([], 0, false).errno).toBe(13);
    expect(create([], 0, true, 'linux-6.19').errno).toBe(0);
  });
});

describe('maps and programs', () => {
  const load = (rules: readonly string[], profile: string, perms = true, cmd = 'prog_load') =>
    ask(world(profile, policy([SELF, THROUGH, FDS, ...rules], perms)), cmd, { type: 1 });
  const BY_MANAGER = ['allow manager_t agent_t:bpf { map_create prog_load };'];
  const BY_AGENT = ['allow agent_t self:bpf { map_create prog_load };'];

  test('the domain that created the bpffs is the source; 7.0 asks a program of the caller', () => {
    expect([load(BY_MANAGER, 'linux-7.3').errno, load(BY_AGENT, 'linux-7.3').errno]).toEqual([0, 13]);
    expect([load(BY_MANAGER, 'linux-7.0').errno, load(BY_AGENT, 'linux-7.0').errno]).toEqual([13, 0]);
    expect(load(BY_MANAGER, 'linux-7.0', true, 'map_create').errno).toBe(0);
    expect(load(BY_AGENT, 'linux-7.0', true, 'map_create').errno).toBe(13);
  });

  test('without bpf_token_perms, both are asked: the caller before the command, the other one after it', () => {
    expect(load(BY_MANAGER, 'linux-7.3', false).refusedBy).toBe('selinux_bpf');
    expect(load(BY_AGENT, 'linux-7.3', false).refusedBy).toBe('selinux_bpf_prog_load');
    expect(load([...BY_AGENT, ...BY_MANAGER], 'linux-7.3', false).errno).toBe(0);
  });

  test('before 7.0 the caller alone is asked, and the capability through the token is not', () => {
    const rules = [SELF, FDS, ...BY_AGENT];
    expect(ask(world('linux-6.19', policy(rules)), 'prog_load', { type: 1 }).errno).toBe(0);
    expect(ask(world('linux-7.3', policy([...rules, ...BY_MANAGER])), 'prog_load', { type: 1 })).toMatchObject({
      errno: 1,
      outcome: 'LSM_REFUSED_CAPABLE',
      said: 'unprivileged_bpf_disabled is 2: CAP_BPF is needed for every program',
    });
  });

  test('the descriptor of the map has to be for something', () => {
    const rules = [SELF, THROUGH, ...BY_MANAGER, 'allow agent_t self:bpf map_read;'];
    const answer = ask(world('linux-7.3', policy(rules)), 'map_create', { type: 1 });
    expect(answer).toMatchObject({
      outcome: 'CREATE_LSM_REFUSED',
      said: 'SELinux does not allow agent_t agent_t:bpf map_write',
    });
  });

  test('a capability that SELinux takes from the task is missing; CAP_SYS_ADMIN stands in', () => {
    const rules = [THROUGH, FDS, ...BY_MANAGER];
    const without = ask(world('linux-7.3', policy(rules)), 'map_create', { type: 1 });
    expect(without).toMatchObject({
      errno: 1,
      outcome: 'CAP_BPF_MISSING_UNPRIV_DISABLED',
      refusedBy: 'selinux_capable',
    });
    const admin = policy([...rules, 'allow agent_t self:cap_userns sys_admin;']);
    expect(ask(world('linux-7.3', admin), 'map_create', { type: 1 }).errno).toBe(0);
  });
});

test('laws: a policy only takes away, and a rule only gives', () => {
  let [taken, given] = [0, 0];
  for (let seed = 1; seed <= cases(150, 2000); seed++) {
    const random = new RandomSource(seed);
    const plain = randomWorld(random);
    // Where a capability is asked in the initial namespace too, one that is refused through the token is worse than a missing one.
    if (plain.selinux || plain.profile.rules.token_falls_back_to_init) continue;
    const confined = withRandomSelinux(random, plain);
    const { selinux } = confined as World & { selinux: SelinuxSpec };
    const more = { ...selinux, rules: [...selinux.rules, ...(withRandomSelinux(random, plain).selinux?.rules ?? [])] };
    const sources = more.rules.filter(({ source, target }) => Math.max(source, target) < selinux.domains.length);
    const models = [plain, confined, { ...confined, selinux: { ...more, rules: sources } }].map(
      (one) => new Model(one),
    );
    for (let i = 0; i < 30; i++) {
      const request = randomRequest(confined, random);
      const [none, some, wider] = models.map((model) => isAllowed(decodeVerdict(model.ask(request)).outcome));
      if (some) expect({ seed, request, wider }).toMatchObject({ wider: true });
      if (wider) expect({ seed, request, none }).toMatchObject({ none: true });
      if (none && !some) taken += 1;
      if (wider && !some) given += 1;
    }
  }
  expect(Math.min(taken, given)).toBeGreaterThan(20);
});
