import { execFileSync } from 'node:child_process';
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { CAP_FULL_SET } from '../../src/abi/capabilities.js';
import { ERRNO } from '../../src/abi/errno.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { type HostFacts, INITIAL_USERNS } from '../../src/host/facts/host_facts.js';
import { hostProfile } from '../../src/host/facts/host_profile.js';
import { scenarioOfFacts } from '../../src/host/facts/scenario_of_facts.js';
import { collectFacts } from '../../src/host/snapshot/collect_facts.js';
import { decodeVerdict } from '../../src/kernel/verdict.js';
import type { World } from '../../src/kernel/world.js';
import { allowedRequests } from '../../src/policy/allowed_requests.js';
import { Policy } from '../../src/policy/policy.js';
import { parsePattern } from '../../src/policy/request_pattern.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { describeNeeding } from '../needs.js';
import { canDelegate, copiedCommand, type RunningScript, runScript } from './live_host.js';

const { profile } = hostProfile(release());
/** Every program type that the kernel knows, and no other bit: fdinfo says `any`, and BPF_OBJ_GET_INFO_BY_FD says the bits. */
const EVERY_PROG = profile.vocabulary.knownMask('prog_types');
/** Bit 63 has no name: mountinfo does not show it. */
const OPTIONS = [
  'delegate_cmds=map_create:prog_load',
  'delegate_maps=any',
  `delegate_progs=0x${EVERY_PROG.toString(16)}`,
  'delegate_attachs=0x80000000000000ff',
  'mode=750',
];

describeNeeding(canDelegate, 'root-and-linux-6.9')(
  `a user namespace with a delegated bpffs on this host, ${release()}`,
  () => {
    let container: RunningScript;
    let facts: HostFacts;
    let pid: number;
    const copies = mkdtempSync(join(tmpdir(), 'bpftoken-copies-'));
    beforeAll(async () => {
      container = await runScript('delegated_userns.pl', OPTIONS);
      pid = Number(container.line);
      facts = await collectFacts(new AbortController().signal);
    });
    afterAll(async () => {
      await container.stop();
      rmSync(copies, { recursive: true, force: true });
    });

    const inodeOf = (name: string) => Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/${name}`))?.[0]);

    test('the facts: parent and owner, mounts of its mount namespace, credentials, the token and its device', () => {
      const userns = inodeOf('user');
      expect(facts.userns.find(({ ino }) => ino === userns)).toMatchObject({
        parent: INITIAL_USERNS,
        owner: 0,
        uid_map: [[0, 100000, 65536]],
        gid_map: [[0, 100000, 65536]],
      });
      const mounts = facts.mount_namespaces.find(({ ino }) => ino === inodeOf('mnt'));
      expect(mounts?.userns).toBe(userns);
      const line = mounts?.mountinfo?.split('\n').find((one) => one.includes(' - bpf '));
      expect(line).toContain('delegate_cmds=map_create:prog_load');
      expect(facts.processes.find((process) => process.pid === pid)).toMatchObject({
        comm: 'perl',
        uid: [100000, 100000, expect.any(Number), 100000],
        effective: '000001ffffffffff',
        userns,
      });
      expect(facts.tokens.filter((token) => token.pid === pid)).toMatchObject([
        { link: '/bpf-token (deleted)', device: line?.split(' ')[2] },
      ]);
      expect(facts.relations).toBe('perl');
    });

    test('the scenario: the user namespace, the bpffs with all bits, the token of it, the task', () => {
      const { world } = parseScenario(scenarioOfFacts(facts).text);
      const token = world.tokens.find(({ name }) => name.includes('perl-token'));
      const progs = profile.rules.token_info ? EVERY_PROG : MASK_ANY;
      const masks = { cmds: 0x21n, maps: MASK_ANY, progs, attachs: 0x80000000000000ffn };
      expect(token?.allowed).toEqual(masks);
      expect(world.userns[token?.userns as number]).toMatchObject({ parent: 0, owner: 0 });
      const bpffs = world.bpffs[token?.bpffs as number];
      expect(bpffs).toMatchObject({
        userns: token?.userns,
        options: { uid: 100000, gid: 100000, mode: 0o1750, delegate: masks },
      });
      expect(bpffs?.name).toContain('bpftoken-live-');
      const tasks = world.tasks.filter(({ userns }) => userns === token?.userns);
      expect(tasks).toMatchObject([{ euid: 100000, effective: CAP_FULL_SET }]);
    });

    test('another user sees its processes and ids, and is told what it does not see', () => {
      const out = join(copies, 'saved');
      const main = copiedCommand(copies);
      execFileSync('chmod', ['777', copies]);
      const args = ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, main, 'snapshot'];
      const scenario = execFileSync('setpriv', [...args, '--save', out], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const { world } = parseScenario(scenario);
      expect(scenario).toMatch(
        /^# not seen: user namespaces of processes \(ns\/user\): \d+, EACCES, as in \/proc\/1\/ns\/user$/m,
      );
      expect(scenario).toMatch(/^# not seen: descriptors of processes, where tokens would be \(fd\): \d+, EACCES/m);
      expect(scenario).toMatch(
        /^# assumed: \d+ processes whose user namespace cannot be read: in the one with the same id maps$/m,
      );
      expect(world.tokens).toEqual([]);
      const task = world.tasks.find(({ euid, userns }) => euid === 100000 && userns !== 0);
      expect(task?.effective).toBe(CAP_FULL_SET);
    });
  },
);

/** What the second container delegates. */
const SOME = [
  'delegate_cmds=map_create:prog_load',
  'delegate_maps=hash:array:ringbuf:xskmap',
  'delegate_progs=socket_filter:xdp:kprobe:cgroup_skb:sched_cls:cgroup_sock_addr',
  'delegate_attachs=cgroup_inet_ingress:xdp:cgroup_inet4_connect:tcx_ingress',
];
/** Map types whose attributes the script makes. */
const MAPS =
  'hash array prog_array perf_event_array percpu_hash percpu_array lru_hash lru_percpu_hash lpm_trie cgroup_array xskmap ' +
  'cpumap queue stack bloom_filter ringbuf';
const ATTACH_TYPES = ['cgroup_inet_ingress', 'cgroup_inet_egress', 'xdp'];

describeNeeding(canDelegate, 'root-and-linux-6.9')(`what-can of a snapshot, on ${release()}`, () => {
  let container: RunningScript;
  let world: World;
  beforeAll(async () => {
    container = await runScript('delegated_userns.pl', SOME);
    world = parseScenario(scenarioOfFacts(await collectFacts(new AbortController().signal)).text).world;
  });
  afterAll(() => container.stop());

  test('what a process may do is what the kernel lets it do, in 200 calls with its token and without', async () => {
    const token = world.tokens.find(({ name }) => name.includes('perl-token'));
    const task = world.tasks.findIndex(({ userns }) => userns === token?.userns);
    const { vocabulary } = world.profile;
    const cmd = (name: string) => vocabulary.require('cmds', name);
    const attach = ATTACH_TYPES.map((name) => vocabulary.require('attach_types', name));
    const calls = [
      { cmd: cmd('btf_load'), type: 0, attachType: 0 },
      ...MAPS.split(' ').map((name) => ({
        cmd: cmd('map_create'),
        type: vocabulary.require('map_types', name),
        attachType: 0,
      })),
      ...vocabulary
        .names('prog_types')
        .flatMap((_, type) => attach.map((attachType) => ({ cmd: cmd('prog_load'), type, attachType }))),
    ];
    const evaluator = createEvaluator(world);
    const policy = new Policy([world]);
    let asked = 0;
    const counts = { allowed: 0, denied: 0 };
    for (const name of [token?.name ?? '', 'none']) {
      const pattern = parsePattern(`task=${world.tasks[task]?.name} token=${name}`, policy.aligned);
      const allowed = new Set(
        allowedRequests(policy, pattern).groups.flatMap(({ cells }) =>
          cells.map((cell) => `${cell.cmd} ${cell.type} ${cell.attachType}`),
        ),
      );
      for (const { cmd: number, type, attachType } of calls) {
        const errno = Number(await container.ask(`${number} ${type} ${attachType} ${name === 'none' ? 0 : 1}`));
        const call = `${vocabulary.nameOf('cmds', number)} ${type} ${attachType} ${name}`;
        asked += 1;
        if (allowed.has(`${number} ${type} ${attachType}`)) {
          counts.allowed += 1;
          // What comes after the permission has its own errors.
          expect([call, errno]).not.toEqual([call, ERRNO.EPERM]);
          continue;
        }
        counts.denied += 1;
        const id = name === 'none' ? 0xffff : world.tokens.findIndex((one) => one.name === name);
        const verdict = decodeVerdict(evaluator.decideIds(task, id, number, type, attachType));
        expect([call, errno]).toEqual([call, ERRNO[verdict.errno ?? 'EPERM']]);
      }
    }
    policy.dispose();
    expect(asked).toBeGreaterThanOrEqual(200);
    expect(Math.min(counts.allowed, counts.denied)).toBeGreaterThan(10);
  });
});
