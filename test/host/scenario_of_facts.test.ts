import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { CAP_FULL_SET } from '../../src/abi/capabilities.js';
import { type HostFacts, INITIAL_USERNS, type ProcessFacts } from '../../src/host/facts/host_facts.js';
import { hostProfile } from '../../src/host/facts/host_profile.js';
import { containerOf } from '../../src/host/facts/name_userns.js';
import { scenarioOfFacts } from '../../src/host/facts/scenario_of_facts.js';
import { MASK_NAMES, type Masks } from '../../src/kernel/masks.js';
import type { TaskSpec, World } from '../../src/kernel/world.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { cases } from '../cases.js';
import { anyHost } from './random_host.js';
import {
  BOX,
  BOX_MOUNTS,
  boxProcess,
  HOST_MOUNTS,
  INIT_USERNS,
  mountsFacts,
  NO_CAPS,
  processFacts,
  SMALL_HOST,
  tokenFacts,
  usernsFacts,
} from './small_host.js';

const host = (changed: Partial<HostFacts>): HostFacts => ({ ...SMALL_HOST, ...changed });
const worldOf = (facts: HostFacts): World => parseScenario(scenarioOfFacts(facts).text).world;
const masksText = (masks: Readonly<Masks>): string => MASK_NAMES.map((mask) => masks[mask].toString(16)).join(' ');

/** A task as the kernel sees it, without its name. */
const kindOf = ({ userns, euid, effective }: TaskSpec): string => `${userns} ${euid} ${effective}`;
const kinds = ({ tasks }: World): string[] => tasks.map(kindOf).sort();

describe('any facts', () => {
  test('give a scenario that parses, and has what its counts say', () => {
    fc.assert(
      fc.property(anyHost, (facts) => {
        const { text, counts, profile } = scenarioOfFacts(facts);
        const { world } = parseScenario(text);
        expect(world.profile).toBe(profile);
        const { userns, tasks, bpffs, tokens } = world;
        expect([userns.length, tasks.length, bpffs.length, tokens.length]).toEqual([
          counts.userns,
          counts.tasks,
          counts.bpffs,
          counts.tokens,
        ]);
        expect(text).toMatch(/^[ -~\n\u00a0-\uffff]*$/);
      }),
      { numRuns: cases(150, 5_000) },
    );
  });

  test('give one task for all processes that bpf() answers alike, however many there are', () => {
    fc.assert(
      fc.property(anyHost, fc.integer({ min: 2, max: 4 }), (facts, times) => {
        const copies = Array.from({ length: times }, (_, i) =>
          facts.processes.map((process): ProcessFacts => ({ ...process, pid: process.pid + 100 * i })),
        ).flat();
        const world = worldOf(facts);
        expect(new Set(kinds(world)).size).toBe(world.tasks.length);
        expect(kinds(worldOf({ ...facts, processes: copies }))).toEqual(kinds(world));
      }),
      { numRuns: cases(50, 2_000) },
    );
  });

  test('give a task to every process whose user namespace is read: its effective uid and capabilities', () => {
    fc.assert(
      fc.property(anyHost, (facts) => {
        const listed = new Set([INITIAL_USERNS, ...facts.userns.map(({ ino }) => ino)]);
        const read = facts.processes.filter(({ userns }) => userns !== null && listed.has(userns));
        const { tasks } = worldOf(facts);
        const pairs = new Set(tasks.map(({ euid, effective }) => `${euid} ${effective}`));
        for (const { uid, effective } of read) {
          expect(pairs).toContain(`${uid[1]} ${BigInt(`0x${effective}`) & CAP_FULL_SET}`);
        }
      }),
      { numRuns: cases(50, 2_000) },
    );
  });

  test('give tokens with the masks of info or fdinfo, each of a bpffs with the same masks', () => {
    fc.assert(
      fc.property(anyHost, (facts) => {
        const shown = facts.tokens.map(({ fdinfo, info }) =>
          MASK_NAMES.map((mask) => {
            const [, value = ''] = new RegExp(`^allowed_${mask}:\t(.*)$`, 'm').exec(fdinfo) ?? [];
            const bits = info ? BigInt(`0x${info[mask]}`) : value === 'any' ? MASK_ANY : BigInt(value);
            return bits.toString(16);
          }).join(' '),
        );
        const { tokens, bpffs } = worldOf(facts);
        for (const { allowed, bpffs: of, userns } of tokens) {
          expect(shown).toContain(masksText(allowed));
          const home = bpffs[of as number];
          expect(home?.userns).toBe(userns);
          expect(home && masksText(home.options.delegate)).toBe(masksText(allowed));
        }
      }),
      { numRuns: cases(100, 3_000) },
    );
  });
});

test('a host with a container: every name, mask and comment', () => {
  expect(scenarioOfFacts(SMALL_HOST).text).toBe(`\
# A snapshot of a host: Linux 6.18.44-generic, x86_64; security modules in force: capability, yama, whose refusals are not known
# assumed: the user namespace of 1 bpffs is init, as a mount namespace of init shows it
# assumed: the user namespace of 1 bpffs is that of the holder of a token of it, as a token is made in the user namespace of its bpffs

profile: linux-6.18
unprivileged_bpf_disabled: 2
userns:
  web1: { parent: init, owner: 0 }
bpffs:
  # device 0:30 at /sys/fs/bpf, seen in 1 mount namespace
  sys/fs/bpf:
    userns: init
    mode: "0700"
  # device 0:38 at /sys/fs/bpf, seen in 1 mount namespace
  web1/sys/fs/bpf:
    userns: web1
    uid: 100000
    gid: 100000
    delegate_cmds: [ map_create, prog_load ]
    delegate_maps: any
    delegate_progs: [ xdp ]
tasks:
  # 2 processes: systemd 1 7
  systemd: { userns: init, euid: 0, caps: all }
  # 1 process: agent 100
  web1/agent: { userns: web1, euid: 100000, caps: all }
tokens:
  # held by agent 100
  web1/agent-token: { bpffs: web1/sys/fs/bpf }
`);
});

test('2,000 processes in 50 user namespaces are 51 tasks, and the file stays small', () => {
  const userns = Array.from({ length: 50 }, (_, i) =>
    usernsFacts(BOX + 10 * i, { cgroup: `0::/lxc.payload.box${i}\n`, uid_map: [[0, 100000 + 65536 * i, 65536]] }),
  );
  const processes = Array.from({ length: 2000 }, (_, i) => {
    const box = userns[i % 50];
    const uid = box?.uid_map?.[0]?.[1] ?? 0;
    return boxProcess(1000 + i, { userns: box?.ino ?? 0, uid: [uid, uid, uid, uid] });
  });
  const facts = host({ userns: [INIT_USERNS, ...userns], processes: [processFacts(1), ...processes], tokens: [] });
  const { text, counts } = scenarioOfFacts(facts);
  expect(counts).toMatchObject({ processes: 2001, tasks: 51, userns: 51 });
  expect(text).toContain('  # 40 processes: agent 1000 1050 1100 1150 1200 1250 1300 1350 and 32 more\n  box0/agent:');
  expect(text.length).toBeLessThan(10_000);
});

describe('the user namespace of a bpffs', () => {
  const shown = (device: string) => mountsFacts(BOX_MOUNTS, null, { [device]: ',delegate_cmds=any' });
  const userns = (facts: HostFacts): (string | undefined)[] => {
    const { bpffs, userns: namespaces } = worldOf(facts);
    return bpffs.map((one) => namespaces[one.userns]?.name);
  };
  const bare = host({ tokens: [], mount_namespaces: [] });

  test('is that of the holder of a token of it, wherever it is mounted', () => {
    const mounts = mountsFacts(HOST_MOUNTS, INITIAL_USERNS, { '0:38': ',delegate_cmds=any' });
    expect(userns({ ...SMALL_HOST, mount_namespaces: [mounts] })).toEqual(['web1']);
  });

  test('is init, where a mount namespace of init shows it too', () => {
    const inBox = { ...shown('0:50'), userns: BOX };
    const inInit = mountsFacts(HOST_MOUNTS, INITIAL_USERNS, { '0:50': ',delegate_cmds=any' });
    expect(userns({ ...bare, mount_namespaces: [inBox] })).toEqual(['web1']);
    expect(userns({ ...bare, mount_namespaces: [inBox, inInit] })).toEqual(['init']);
  });

  test('is that of the processes that see it, where they share a user namespace and init owns their mount namespace', () => {
    const mounts = { ...shown('0:50'), userns: INITIAL_USERNS };
    expect(userns({ ...bare, mount_namespaces: [mounts] })).toEqual(['web1']);
    const processes = [...bare.processes, processFacts(8, { mntns: BOX_MOUNTS })];
    expect(userns({ ...bare, mount_namespaces: [mounts], processes })).toEqual(['init']);
  });

  test('is that of the first process that sees it, where the owner of the mount namespace is not known', () => {
    expect(userns({ ...bare, mount_namespaces: [shown('0:50')] })).toEqual(['web1']);
    expect(userns({ ...bare, mount_namespaces: [shown('0:50')], processes: [] })).toEqual(['init']);
  });
});

describe('bpffs', () => {
  test('instances of a user namespace that delegate nothing are one, and each that delegates is its own', () => {
    const plain = {
      '0:50': '',
      '0:51': '',
      '0:52': ',mode=700',
      '0:53': ',delegate_maps=hash',
      '0:54': ',delegate_maps=hash',
    };
    const { text, counts } = scenarioOfFacts(
      host({ mount_namespaces: [mountsFacts(BOX_MOUNTS, BOX, plain)], tokens: [] }),
    );
    expect(counts).toMatchObject({ instances: 5, delegating: 2, bpffs: 4 });
    expect(text).toContain('# 2 instances that delegate nothing, the first at /sys/fs/bpf: device 0:50');
  });

  test('one device is one instance, however many mount namespaces show it', () => {
    const many = Array.from({ length: 9 }, (_, i) =>
      mountsFacts(BOX_MOUNTS + i, BOX, { '0:38': ',delegate_cmds=any' }),
    );
    const { text, counts } = scenarioOfFacts(host({ mount_namespaces: many, tokens: [] }));
    expect(counts).toMatchObject({ instances: 1, bpffs: 1 });
    expect(text).toContain('seen in 9 mount namespaces');
  });

  test('bits without a name, which mountinfo leaves out, are those of its token', () => {
    const facts = host({ tokens: [tokenFacts(100, 9, ['0x8000000000000021', 'any', '0x40'])] });
    const { bpffs, tokens } = worldOf(facts);
    expect(bpffs[1]?.options.delegate.cmds).toBe(0x8000000000000021n);
    expect(tokens[0]?.bpffs).toBe(1);
  });

  test('bits that any of fdinfo does not tell are those of the info of its token', () => {
    const info = { cmds: '1fffffffff', maps: 'ffffffffffffffff', progs: '40', attachs: '0' };
    const { bpffs } = worldOf(host({ tokens: [tokenFacts(100, 9, ['any', 'any', '0x40'], { info })] }));
    expect(bpffs[1]?.options.delegate).toEqual({ cmds: 0x1fffffffffn, maps: MASK_ANY, progs: 0x40n, attachs: 0n });
  });

  test('a name that the profile does not have is told', () => {
    const mounts = [mountsFacts(BOX_MOUNTS, BOX, { '0:50': ',delegate_cmds=prog_load:of_the_future' })];
    const { leftOut } = scenarioOfFacts(host({ mount_namespaces: mounts, tokens: [] }));
    expect(leftOut).toEqual([expect.stringMatching(/^bpffs 0:50 at \/sys\/fs\/bpf: delegate_cmds: .*of_the_future/)]);
  });
});

describe('tokens', () => {
  const masks = ['0x20', '0x2', '0x40', '0x0'];
  const made = (facts: HostFacts) => {
    const { tokens, bpffs } = worldOf(facts);
    return tokens.map(({ name, bpffs: of }) => [name, bpffs[of as number]?.name]);
  };

  test('of one bpffs with the same masks are one, however many processes hold them', () => {
    const tokens = [1, 2, 3].map((ino) => tokenFacts(100, ino, ['0x21', 'any', '0x40'], { ino }));
    const { text } = scenarioOfFacts(
      host({ tokens: [...tokens, tokenFacts(7, 3, ['0x21', 'any', '0x40'], { ino: 1 })] }),
    );
    expect(text).toContain('# held by agent 100, by 4 descriptors in all\n');
    expect(parseScenario(text).world.tokens).toHaveLength(1);
  });

  test('of a bpffs that no mount shows have one with their masks', () => {
    const facts = host({ tokens: [tokenFacts(100, 9, masks, { device: '0:99' })] });
    expect(made(facts)).toEqual([['web1/agent-token', 'of-token-1']]);
    expect(scenarioOfFacts(facts).text).toContain('no mount that is seen shows device 0:99 with its masks');
  });

  test('whose device cannot be read are of a bpffs of the holder with the same masks, where there is one', () => {
    const unread = { device: null, ino: null };
    expect(made(host({ tokens: [tokenFacts(100, 9, ['0x21', 'any', '0x40'], unread)] }))).toEqual([
      ['web1/agent-token', 'web1/sys/fs/bpf'],
    ]);
    expect(made(host({ tokens: [tokenFacts(100, 9, masks, unread)] }))).toEqual([['web1/agent-token', 'of-token-1']]);
  });

  test('of one device with other masks, which no kernel makes, have a bpffs each', () => {
    const both = [tokenFacts(100, 9, ['0x21', 'any', '0x40']), tokenFacts(100, 10, masks, { ino: 101 })];
    expect(made(host({ tokens: both }))).toEqual([
      ['web1/agent-token', 'web1/sys/fs/bpf'],
      ['web1/agent-token-2', 'of-token-1'],
    ]);
  });

  test('that were sent to a process of init are of the user namespace of their bpffs', () => {
    const { tokens, userns } = worldOf(host({ tokens: [tokenFacts(7, 9, ['0x21', 'any', '0x40'])] }));
    expect(tokens.map((token) => [token.name, userns[token.userns]?.name])).toEqual([['web1/systemd-token', 'web1']]);
  });

  test('of which no user namespace is known are told, and left out', () => {
    const facts = host({
      tokens: [tokenFacts(7, 9, masks, { device: '0:99' }), tokenFacts(100, 9, [], { device: '0:98' })],
    });
    expect(made(facts)).toEqual([]);
    expect(scenarioOfFacts(facts).leftOut).toEqual([
      'a token of systemd 7: its user namespace is not known, and none is made in the initial one',
      'a token of agent 100: it allows nothing',
    ]);
  });
});

describe('user namespaces', () => {
  const tree = (facts: HostFacts) =>
    worldOf(facts).userns.map(({ name, parent, owner }, _, all) => `${name} < ${all[parent]?.name}, owner ${owner}`);

  test('without a known parent are below the smallest with all of their uids; without a known owner, of a map of one uid', () => {
    const unknown = { parent: null, owner: null };
    const facts = host({
      userns: [
        INIT_USERNS,
        usernsFacts(1, { ...unknown, cgroup: '0::/lxc.payload.box' }),
        usernsFacts(2, { ...unknown, uid_map: [[0, 101000, 1000]] }),
        usernsFacts(3, { ...unknown, uid_map: [[0, 101005, 1]] }),
        usernsFacts(4, { ...unknown, uid_map: [[0, 1000, 1]] }),
        usernsFacts(5, { ...unknown, uid_map: [] }),
      ],
      processes: [],
      mount_namespaces: [],
      tokens: [],
    });
    expect(tree(facts)).toEqual([
      'init < init, owner 0',
      'box < init, owner 0',
      'userns-2 < box, owner 0',
      'userns-3 < userns-2, owner 101005',
      'userns-4 < init, owner 1000',
      'userns-5 < init, owner 0',
    ]);
    expect(scenarioOfFacts(facts).assumptions).toEqual([
      '5 user namespaces without a known parent: below the smallest one with all of their uids',
      '5 user namespaces without a known owner: owned by the uid of a map of one uid, or by 0',
    ]);
  });

  test('of processes that cannot be read are those with the same id maps', () => {
    const unread = { userns: null, mntns: null, netns: null };
    const map = usernsFacts(BOX).uid_map;
    const other = [[0, 900000, 10]] as const;
    const facts = host({
      processes: [
        processFacts(1, { ...unread, uid_map: INIT_USERNS.uid_map, gid_map: INIT_USERNS.gid_map }),
        boxProcess(100, { ...unread, uid_map: map, gid_map: map }),
        boxProcess(101, { ...unread, comm: 'sh', uid_map: other, gid_map: other }),
        boxProcess(102, unread),
      ],
      tokens: [],
    });
    const { world } = parseScenario(scenarioOfFacts(facts).text);
    expect(world.tasks.map(({ name }) => name)).toEqual(['systemd', 'web1/agent', 'sh/sh']);
    expect(scenarioOfFacts(facts).leftOut).toEqual([
      '1 of the processes: nothing of their user namespaces can be seen',
    ]);
  });

  test('with one name have their inode numbers, and init is that of the host', () => {
    const boxes = ['sh', 'sh', 'init'].map((comm, i) => ({ comm, ino: BOX + i }));
    const facts = host({
      userns: [INIT_USERNS, ...boxes.map(({ ino }) => usernsFacts(ino))],
      processes: boxes.map(({ comm, ino }, i) => boxProcess(100 + i, { comm, userns: ino })),
      tokens: [],
    });
    const names = worldOf(facts).userns.map(({ name }) => name);
    expect(names).toEqual(['init', `sh-${BOX}`, `sh-${BOX + 1}`, `init-${BOX + 2}`]);
  });

  test.each([
    ['0::/lxc.payload.web1/init.scope\n', 'web1'],
    [`12:cpu:/\n0::/system.slice/docker-${'3f'.repeat(32)}.scope\n`, '3f3f3f3f3f3f'],
    [`0::/docker/${'ab'.repeat(32)}\n`, 'abababababab'],
    ['0::/system.slice/system-web.slice/web@1.service\n', 'web@1.service'],
    ['0::/machine.slice/machine-a\\x2db.scope\n', 'machine-a-b.scope'],
    ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/app.scope\n', 'app.scope'],
    ['0::/init.scope\n', undefined],
    ['0::/\n', undefined],
  ])('control group %j: %s', (cgroup, name) => expect(containerOf(cgroup)).toBe(name));
});

describe('tasks', () => {
  test('are not told apart by capabilities that have no name', () => {
    const processes = [processFacts(1), processFacts(2, { effective: 'ffffffffffffffff' })];
    expect(worldOf(host({ processes, tokens: [] })).tasks).toHaveLength(1);
  });

  test('of one command have the uid in their names; what is told apart is uid and capabilities, and no more', () => {
    const facts = host({
      processes: [
        processFacts(1, { comm: 'sh' }),
        processFacts(2, { comm: 'sh', uid: [0, 1000, 0, 0] }),
        processFacts(3, { comm: 'sh', effective: NO_CAPS }),
        processFacts(4, { comm: 'bash', effective: NO_CAPS, gid: [5, 5, 5, 5], bounding: NO_CAPS, netns: 1 }),
      ],
      tokens: [],
    });
    expect(worldOf(facts).tasks.map(({ name, euid, effective }) => [name, euid, effective])).toEqual([
      ['sh', 0, CAP_FULL_SET],
      ['sh@1000', 1000, CAP_FULL_SET],
      ['sh@0', 0, 0n],
    ]);
  });
});

test.each([
  ['6.18.44-cloud-amd64', 'linux-6.18', undefined],
  ['7.3.0-rc1', 'linux-7.3', undefined],
  ['9.1.0', 'linux-7.3', 'the nearest older release that is known'],
  ['6.20.1', 'linux-6.19', 'the nearest older release that is known'],
  ['5.15.0-91-generic', 'linux-6.9', 'BPF tokens came with it'],
  ['no release', 'linux-6.9', 'BPF tokens came with it'],
])('Linux %s answers as %s', (release, name, why) => {
  const { profile, assumption } = hostProfile(release);
  expect(profile.name).toBe(name);
  expect(assumption).toBe(why && `Linux ${release} answers as ${name}: ${why}`);
});

test('what cannot be seen, and a reader in a user namespace, are told at the start of the file', () => {
  const facts = host({
    reader: { euid: 1000, userns: BOX },
    unprivileged_bpf_disabled: null,
    unseen: [{ what: 'userns', why: 'EACCES', count: 12, example: '/proc/1/ns/user' }],
  });
  expect(scenarioOfFacts(facts).text).toContain(
    '# not seen: user namespaces of processes (ns/user): 12, EACCES, as in /proc/1/ns/user\n',
  );
  expect(scenarioOfFacts(facts).assumptions).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^ids are global; they are those that the user namespace of the reader shows/),
      'unprivileged_bpf_disabled is 2, as it cannot be read',
    ]),
  );
});
