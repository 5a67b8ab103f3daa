import { describe, expect, test } from 'vitest';
import { CAP_FULL_SET } from '../../src/abi/capabilities.js';
import { Fault, Outcome } from '../../src/abi/verdict.js';
import { remediate } from '../../src/explain/remediate.js';
import { applyRemedy } from '../../src/explain/remedy.js';
import type { RequestContext } from '../../src/explain/request_context.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { Model } from '../../src/kernel/model.js';
import { UserNamespace } from '../../src/kernel/userns.js';
import { decodeVerdict, isAllowed } from '../../src/kernel/verdict.js';
import { requestOf, type World } from '../../src/kernel/world.js';
import { describeRemedy } from '../../src/report/remedy_text.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { inProcess } from '../cli/run_cli.js';

const { world: WORLD } = parseScenario(`
profile: linux-6.12
userns: { box: { owner: 1000 }, other: { owner: 2000 } }
bpffs:
  box-fs: { userns: box, delegate_cmds: any, delegate_maps: [array, hash] }
  empty-fs: { userns: other }
  host-fs: { delegate_cmds: any }
  locked-fs: { userns: other, delegate_cmds: any, lsm: { deny_token_create: EACCES } }
tasks:
  stranger: { userns: other, euid: 2000, caps: none }
  host: { euid: 5, caps: none }
`);

function asking(task: string, bpffs: string, pre: Fault = Fault.NONE): RequestContext {
  const id = (rows: readonly { readonly name: string }[], name: string) => rows.findIndex((row) => row.name === name);
  const cmd = WORLD.profile.vocabulary.require('cmds', 'token_create');
  return { world: WORLD, request: requestOf({ task: id(WORLD.tasks, task), cmd, bpffs: id(WORLD.bpffs, bpffs), pre }) };
}

const kindsOf = (context: RequestContext) => {
  const advice = remediate(context);
  return advice.possible
    ? advice.changes.map(({ kind }) => kind)
    : advice.obstacles.map(({ outcome }) => Outcome[outcome]);
};

describe('token_create by a caller that cannot: nothing was said to help', () => {
  test('outside the user namespace of the bpffs, a mount from its own one helps', () => {
    expect(kindsOf(asking('stranger', 'box-fs'))).toEqual(['new_bpffs', 'grant']);
    expect(kindsOf(asking('stranger', 'box-fs', Fault.ATTR_EINVAL))).toEqual(['fix_attributes', 'new_bpffs', 'grant']);
  });

  test('without CAP_BPF, granting it helps', () => {
    expect(kindsOf(asking('stranger', 'locked-fs'))).toEqual(['grant', 'lsm_allow_create']);
    expect(kindsOf(asking('stranger', 'empty-fs'))).toEqual(['grant', 'use_bpffs', 'lsm_allow_create']);
  });

  test('in the initial user namespace: everything that stands in the way, in the order of the kernel', () => {
    expect(kindsOf(asking('host', 'host-fs'))).toEqual(['CAP_BPF_MISSING', 'CREATE_IN_INIT_USERNS']);
    expect(kindsOf(asking('host', 'box-fs', Fault.ATTR_EINVAL))).toEqual([
      'ATTR_EINVAL',
      'CREATE_USERNS_MISMATCH',
      'CAP_BPF_MISSING',
      'CREATE_IN_INIT_USERNS',
    ]);
  });

  test('explain says who has to do which step, and names all obstacles where nothing helps', async () => {
    const manager = [
      'examples/container-manager.yaml',
      '--task',
      'manager',
      '--cmd',
      'token_create',
      '--bpffs',
      'web1-fs',
    ];
    const { stdout } = await inProcess(['explain', ...manager]);
    expect(stdout).toMatch(
      /1\. have root make the call \(userns web1, where the bpffs belongs\)\n +a token is made by a task/,
    );
    const nested = ['examples/fleet.yaml', '--task', 'nested-root', '--cmd', 'token_create', '--bpffs', 'service-fs'];
    const mounting = await inProcess(['explain', ...nested]);
    expect(mounting.stdout).toMatch(
      /1\. mount a bpffs from userns nested with delegate_cmds=map_create:prog_load:btf_load,/,
    );
    expect(mounting.stdout).toMatch(
      /- a task in userns nested, .*fsopen.*\n +- a task with CAP_SYS_ADMIN in the initial userns: /,
    );
    const host = ['examples/fleet.yaml', '--task', 'host-agent', '--cmd', 'token_create', '--bpffs', 'host-fs'];
    const hopeless = await inProcess(['explain', ...host]);
    expect(hopeless.stdout).toMatch(
      /1\. EPERM: CAP_BPF is missing\n +give host-agent CAP_BPF in userns init, and then it is\n +2\. EOPNOTSUPP: no token/,
    );
    const json = JSON.parse((await inProcess(['explain', ...host, '--json'])).stdout);
    expect(json.advice.obstacles).toMatchObject([
      { errno: 'EPERM', cleared: { kind: 'grant' } },
      { errno: 'EOPNOTSUPP' },
    ]);
  });

  test('the new bpffs delegates what the one named does', () => {
    const context = asking('stranger', 'box-fs');
    const change = remediate(context);
    if (!change.possible) throw new Error(change.why);
    const [first] = change.changes;
    const after = applyRemedy(context, first as never);
    expect(after.world.bpffs.at(-1)?.options.delegate).toEqual(WORLD.bpffs[0]?.options.delegate);
    const { what, steps } = describeRemedy(context, first as never);
    expect(what).toContain('with delegate_cmds=any,delegate_maps=hash:array, ');
    expect(steps).toHaveLength(4);
  });

  test('the steps that the advice names, in its order, make a token in the model', () => {
    const kernel = new Kernel({ profile: WORLD.profile });
    const cmd = WORLD.profile.vocabulary.require('cmds', 'token_create');
    const host = kernel.root();
    const userns = new UserNamespace('box', kernel.initUserns, 1000);
    const inside = kernel.task('inside', { userns, euid: 1000, egid: 1000, effective: CAP_FULL_SET });
    const opened = kernel.fsopen(inside);
    const passed = inside.files.sendTo(host.files, opened);
    // Neither of the host's two steps is the caller's to make.
    expect(kernel.fsconfigSetString(inside, opened, 'delegate_cmds', 'any')).toBeLessThan(0);
    expect(kernel.fsconfigSetString(host, passed, 'delegate_cmds', 'any')).toBe(0);
    expect(kernel.fsconfigCreate(host, passed)).toBe(0);
    const mounted = host.files.sendTo(inside.files, kernel.fsmount(host, passed));
    expect(kernel.bpf(inside, cmd, { bpffs_fd: mounted })).toBeLessThan(0);
    const directory = kernel.openat(inside, mounted, '.');
    expect(kernel.bpf(inside, cmd, { bpffs_fd: directory })).toBeGreaterThan(2);
    expect(kernel.bpf(host, cmd, { bpffs_fd: inside.files.sendTo(host.files, directory) })).toBeLessThan(0);
  });
});

/** A random world with a bpffs in each of its first user namespaces, some of which delegate nothing or are denied by an LSM. */
function withBpffs(seed: number): World {
  const world = randomWorld(new RandomSource(seed));
  const random = new RandomSource(seed ^ 0xb9ff);
  const bpffs = Array.from({ length: 4 }, (_, i) => {
    const mask = () => random.pick([0n, 0n, 1n, 0x21n]);
    const delegate = { cmds: mask(), maps: mask(), progs: mask(), attachs: mask() };
    const userns = random.pick(world.userns.map((_, id) => id));
    const options = { uid: 0, gid: 0, mode: 0o777, delegate };
    return {
      name: `fs${i}`,
      userns,
      options,
      denials: { cmds: 0n, caps: 0n },
      lsmCreateErrno: random.pick([0, 0, 13]),
    };
  });
  return { ...world, bpffs };
}

test('doing what the advice says makes random token_create requests pass; else the last obstacle is one no remedy removes', () => {
  let helped = 0;
  let hopeless = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const world = withBpffs(seed);
    const cmd = world.profile.vocabulary.require('cmds', 'token_create');
    for (const [task] of world.tasks.entries()) {
      for (const bpffs of [0, 1, 2, 3]) {
        const context = { world, request: requestOf({ task, cmd, bpffs }) };
        const advice = remediate(context);
        if (advice.possible) {
          helped += advice.changes.length > 0 ? 1 : 0;
          const after = advice.changes.reduce(applyRemedy, context as RequestContext);
          expect(isAllowed(decodeVerdict(new Model(after.world).ask(after.request)).outcome)).toBe(true);
          continue;
        }
        hopeless += 1;
        expect(advice.obstacles.at(-1)?.outcome).toBe(Outcome.CREATE_IN_INIT_USERNS);
        // The kernel meets them in this order: each remedy leads to the next.
        let current: RequestContext = context;
        for (const { outcome, cleared } of advice.obstacles) {
          expect(decodeVerdict(new Model(current.world).ask(current.request)).outcome).toBe(outcome);
          if (cleared) current = applyRemedy(current, cleared);
        }
      }
    }
  }
  expect(helped).toBeGreaterThan(200);
  expect(hopeless).toBeGreaterThan(20);
});
