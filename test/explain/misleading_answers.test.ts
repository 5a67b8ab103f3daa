import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { CAP_FULL_SET } from '../../src/abi/capabilities.js';
import { Disposition, Outcome } from '../../src/abi/verdict.js';
import { droppedTokenTest } from '../../src/explain/dropped_token.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { takesToken, tokenRouteOf } from '../../src/kernel/commands.js';
import { Model } from '../../src/kernel/model.js';
import { PROFILES } from '../../src/kernel/profile.js';
import { decodeVerdict, isDropped } from '../../src/kernel/verdict.js';
import { NO_TOKEN, requestOf, type World } from '../../src/kernel/world.js';
import { describeDisposition } from '../../src/report/verdict_text.js';
import { inProcess } from '../cli/run_cli.js';

const NO_DENIALS = { cmds: 0n, caps: 0n };
const ANY = { cmds: MASK_ANY, maps: MASK_ANY, progs: MASK_ANY, attachs: MASK_ANY };

/** A container whose root has every capability there, with a token that allows everything. */
function containerWorld(profile: World['profile']): World {
  const options = { uid: 0, gid: 0, mode: 0o777, delegate: ANY };
  return {
    profile,
    unprivilegedBpfDisabled: 2,
    userns: [
      { name: 'init', parent: 0, owner: 0 },
      { name: 'box', parent: 0, owner: 1000 },
    ],
    bpffs: [{ name: 'fs', userns: 1, options, denials: NO_DENIALS, lsmCreateErrno: 0 }],
    tasks: [{ name: 'root', userns: 1, euid: 1000, effective: CAP_FULL_SET }],
    tokens: [{ name: 'all', userns: 1, allowed: ANY, denials: NO_DENIALS }],
  };
}

describe('a command that takes no token was said not to be allowed by the token, which invited useless delegation', () => {
  test.each(PROFILES.map((profile) => [profile.name, profile] as const))(
    '%s: a command takes a token where a token that allows everything changes what the kernel answers',
    (_, profile) => {
      const world = containerWorld(profile);
      const model = new Model(world);
      const { vocabulary } = profile;
      const cgroupSkb = vocabulary.require('prog_types', 'cgroup_skb');
      for (const name of vocabulary.names('cmds')) {
        const type = name === 'map_create' ? vocabulary.require('map_types', 'array') : 2;
        for (const request of [
          requestOf({ task: 0, cmd: vocabulary.require('cmds', name), type, bpffs: 0 }),
          requestOf({ task: 0, cmd: vocabulary.require('cmds', name), type: cgroupSkb, bpffs: 0 }),
        ]) {
          if (name === 'map_create' && request.type !== type) continue;
          const without = decodeVerdict(model.ask({ ...request, token: NO_TOKEN }));
          const verdict = decodeVerdict(model.ask({ ...request, token: 0 }));
          const refused = verdict.outcome === Outcome.TOKEN_NOT_TAKEN;
          const differs = verdict.outcome !== without.outcome && !refused;
          expect([name, takesToken(profile, request)]).toEqual([name, differs]);
          expect([name, tokenRouteOf(profile, request) === 'refused']).toEqual([name, refused]);
          const words = describeDisposition(profile, request, verdict.disposition);
          if (!differs && !refused) {
            expect(verdict.disposition).toBe(Disposition.DROPPED_CMD);
            expect(words).toMatch(/takes no token/);
            expect(words).not.toMatch(/allow/);
          } else expect(words).not.toMatch(/takes no token/);
        }
      }
    },
  );

  test.each([
    [['map_lookup_elem']],
    [['link_create']],
    [['raw_tracepoint_open']],
    [['token_create', '--bpffs', 'container-fs']],
    [['obj_get_info_by_fd', '--profile', 'linux-7.3']],
    [['prog_attach', '--prog-type', 'xdp']],
  ])('--cmd %j', async (cmd) => {
    const args = ['examples/fleet.yaml', '--task', 'web', '--token', 'container-token', '--cmd', ...cmd];
    for (const command of ['check', 'explain']) {
      const { stdout } = await inProcess([command, ...args]);
      expect(stdout).toMatch(/takes no token/);
      expect(stdout).not.toMatch(/does not allow|delegate_/);
      const json = JSON.parse((await inProcess([command, ...args, '--json'])).stdout);
      expect(json).toMatchObject({ token: 'dropped_cmd', takes_token: false });
      expect(json.token_text).toMatch(/takes no token/);
    }
  });

  test('matrix keeps them apart from commands that the token does not allow', async () => {
    const args = ['matrix', 'examples/fleet.yaml', '--task', 'web', '--token', 'maps-token', '--profile', 'linux-7.3'];
    const { stdout } = await inProcess(args);
    const groups = [...stdout.matchAll(/^ {2}(?:allowed|E[A-Z0-9]+) +(.*)\n((?: {4}.*\n)+)/gm)];
    const ofCommand = (name: string) => groups.find(([, , names]) => names?.includes(name))?.[1];
    expect(ofCommand('map_lookup_elem')).toMatch(/the command takes no token/);
    expect(ofCommand('link_create (but for cgroup_skb)')).toMatch(/takes no token/);
    expect(ofCommand('btf_load')).toMatch(/the token was dropped: it does not allow the command/);
    const { cells } = JSON.parse((await inProcess([...args, '--json'])).stdout);
    const found = (name: string) => cells.find(({ cmd }: { cmd: string }) => cmd === name);
    expect(found('map_lookup_elem')).toMatchObject({ token: 'dropped_cmd', takes_token: false });
    expect(found('btf_load')).toMatchObject({ token: 'dropped_cmd', takes_token: true });
  });

  test('the token of a cgroup_skb program was dropped when the program was loaded, not by the attach command', async () => {
    const args = ['examples/fleet.yaml', '--task', 'web', '--token', 'maps-token'];
    const { stdout } = await inProcess(['check', ...args, '--cmd', 'link_create', '--prog-type', 'cgroup_skb']);
    expect(stdout).toContain('the token was dropped when the program was loaded: it does not allow prog_load');
  });
});

describe('the reason named a missing capability to a caller that has every capability, before the token that was dropped', () => {
  const LOAD = ['examples/container-manager.yaml', '--task', 'root', '--token', 'web1-token', '--cmd', 'prog_load'];

  test.each(['check', 'explain'])('%s: the cause comes first', async (command) => {
    const args = [command, ...LOAD, '--prog-type', 'xdp', '--expected-attach-type', 'xdp'];
    const { stdout } = await inProcess(args);
    expect(stdout).toMatch(
      /^ {2}because the token was dropped: it does not allow the type; without it, CAP_BPF is missing .* \(asked in userns init\)$/m,
    );
    // Once is enough.
    expect(stdout.split('\n\n')[0]?.match(/was dropped/g)).toHaveLength(1);
    const json = JSON.parse((await inProcess([...args, '--json'])).stdout);
    expect(json).toMatchObject({ failed_by_dropped_token: true, reason: 'cap_bpf_missing_unpriv_disabled' });
    expect(json.because).toMatch(/^the token was dropped: /);
  });

  test('matrix, and the other kernels of explain, name it first too', async () => {
    const matrix = await inProcess([
      'matrix',
      'examples/container-manager.yaml',
      '--task',
      'root',
      '--token',
      'web1-token',
    ]);
    expect(matrix.stdout).toMatch(
      / {2}EPERM {4}the token was dropped: it does not allow the type; without it, CAP_BPF is missing/,
    );
    const { stdout } = await inProcess(['explain', ...LOAD, '--prog-type', 'xdp']);
    expect(stdout).toMatch(
      /^ {2}v11 to linux-7\.3 {2}DENIED with EPERM.*: the token was dropped: .*; without it, CAP_BPF/m,
    );
  });

  test('a failure that no token would change is the cause itself', async () => {
    const args = ['check', 'examples/fleet.yaml', '--task', 'host-root', '--token', 'maps-token', '--cmd', 'prog_load'];
    const { stdout } = await inProcess([...args, '--prog-type', 'sk_lookup', '--expected-attach-type', 'xdp']);
    expect(stdout).toMatch(/because the attach type does not fit the program type\n {2}the token was dropped: /);
  });

  test('the drop is the cause where the same request with the token counting passes, or fails in another user namespace', () => {
    let causes = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const world = randomWorld(new RandomSource(seed));
      const random = new RandomSource(seed ^ 0xd20b);
      const model = new Model(world);
      const isCause = droppedTokenTest(world);
      for (let i = 0; i < 32; i++) {
        const request = randomRequest(world, random);
        const { disposition, allowed } = decodeVerdict(model.ask(request));
        const caused = isCause(request);
        if (caused) {
          causes += 1;
          expect([allowed, isDropped(disposition), takesToken(world.profile, request)]).toEqual([false, true, true]);
        }
        // A token that is already counted, or not there, has nothing to be dropped.
        if (disposition === Disposition.USED || request.token === NO_TOKEN) expect(caused).toBe(false);
      }
    }
    expect(causes).toBeGreaterThan(100);
  });
});
