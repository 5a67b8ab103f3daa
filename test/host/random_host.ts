import fc from 'fast-check';
import { CAP_FULL_SET } from '../../src/abi/capabilities.js';
import {
  FACTS_SCHEMA,
  type HostFacts,
  type IdExtent,
  INITIAL_USERNS,
  UNSEEN_KINDS,
  type UnseenKind,
} from '../../src/host/facts/host_facts.js';
import { MAX_UID } from '../../src/kernel/ranges.js';
import { tokenFacts } from './small_host.js';

/** Few numbers, so that namespaces, parents and processes meet; some of them of no namespace that is listed. */
const userns = fc.constantFrom(INITIAL_USERNS, 1, 2, 3, 4, 5, 6, 7);
const mntns = fc.constantFrom(101, 102, 103, 104);
const device = fc.constantFrom('0:30', '0:31', '0:32', '0:33');
const id = fc.oneof(fc.constantFrom(0, 1000, 100000, MAX_UID), fc.nat(MAX_UID));
const extent: fc.Arbitrary<IdExtent> = fc.tuple(
  fc.constantFrom(0, 1),
  fc.constantFrom(0, 1000, 100000),
  fc.constantFrom(1, 10, 65536, 0xffff_ffff),
);
const idMap = fc.option(fc.array(extent, { maxLength: 3 }));
/** Texts as a kernel or a foreign copy can have them. */
const anyText = fc.oneof(
  fc.constantFrom(
    'init',
    'nginx',
    'sd-pam',
    '12',
    '0x1f',
    '__proto__',
    '',
    'of-token-1',
    'a: b #c',
    '/',
    'naïve',
    '\u202e',
  ),
  fc.string({ unit: 'binary', maxLength: 15 }),
);
const hex = fc.oneof(
  fc.constantFrom('0', CAP_FULL_SET.toString(16), 'ffffffffffffffff', 'a80425fb'),
  fc.bigInt(0n, (1n << 64n) - 1n).map((set) => set.toString(16)),
);
const ids = fc.tuple(id, id, id, id);
/** A mask as fdinfo and mountinfo have it. */
const mask = fc.oneof(
  fc.constantFrom('any', '0x0', '0x21'),
  fc.bigInt(0n, (1n << 64n) - 1n).map((bits) => `0x${bits.toString(16)}`),
);
const option = fc.oneof(
  fc.tuple(
    fc.constantFrom('delegate_cmds', 'delegate_maps', 'delegate_progs', 'delegate_attachs'),
    fc.oneof(mask, fc.constantFrom('prog_load', 'map_create:prog_load', 'hash', 'xdp', 'no_such_name')),
  ),
  fc.tuple(fc.constantFrom('uid', 'gid'), fc.constantFrom('0', '100000', '4294967294')),
  fc.tuple(fc.constant('mode'), fc.constantFrom('700', '1777')),
);
const mount = fc
  .record({
    device,
    path: fc.constantFrom('/sys/fs/bpf', '/run/a\\040b', '/'),
    root: fc.constantFrom('/', '/sub'),
    options: fc.array(option),
  })
  .map(
    ({ device: dev, path, root, options }) =>
      `60 42 ${dev} ${root} ${path} rw,relatime - bpf none rw${options.map(([key, value]) => `,${key}=${value}`).join('')}\n`,
  );
const mountinfo = fc.option(
  fc
    .array(
      fc.oneof(
        mount,
        anyText.map((text) => `${text}\n`),
      ),
      { maxLength: 4 },
    )
    .map((lines) => lines.join('')),
);

/** Facts of any host, and of none that there can be: circles of parents, tokens of namespaces that are not there, any text. */
export const anyHost: fc.Arbitrary<HostFacts> = fc.record({
  schema: fc.constant(FACTS_SCHEMA),
  kernel: fc.oneof(fc.constantFrom('6.18.44-generic', '6.8.0', '6.9.1', '7.3.0-rc1', '99.1', '6.20.1'), anyText),
  machine: anyText,
  reader: fc.record({ euid: id, userns: fc.option(userns) }),
  relations: fc.constantFrom('perl', 'python3', 'none'),
  unprivileged_bpf_disabled: fc.option(fc.constantFrom(0, 1, 2, 3)),
  lsm: fc.option(fc.array(anyText, { maxLength: 3 })),
  userns: fc.uniqueArray(
    fc.record({
      ino: userns,
      parent: fc.option(userns),
      owner: fc.option(id),
      uid_map: idMap,
      gid_map: idMap,
      cgroup: fc.option(
        fc.oneof(
          anyText,
          anyText.map((text) => `0::/system.slice/${text}.service\n`),
        ),
      ),
    }),
    { selector: ({ ino }) => ino, maxLength: 8 },
  ),
  mount_namespaces: fc.uniqueArray(fc.record({ ino: mntns, userns: fc.option(userns), mountinfo }), {
    selector: ({ ino }) => ino,
    maxLength: 4,
  }),
  processes: fc.uniqueArray(
    fc.record({
      pid: fc.integer({ min: 1, max: 30 }),
      comm: anyText,
      uid: ids,
      gid: ids,
      effective: hex,
      permitted: hex,
      bounding: hex,
      nspid: fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 2 }),
      userns: fc.option(userns),
      mntns: fc.option(mntns),
      netns: fc.option(mntns),
      uid_map: idMap,
      gid_map: idMap,
    }),
    { selector: ({ pid }) => pid, maxLength: 12 },
  ),
  tokens: fc.array(
    fc
      .record({
        pid: fc.integer({ min: 1, max: 30 }),
        fd: fc.nat(99),
        masks: fc.array(mask, { minLength: 4, maxLength: 4 }),
        device: fc.option(device),
        ino: fc.option(fc.nat(3)),
        info: fc.option(fc.record({ cmds: hex, maps: hex, progs: hex, attachs: hex })),
      })
      .map(({ pid, fd, masks, ...rest }) => tokenFacts(pid, fd, masks, rest)),
    { maxLength: 6 },
  ),
  kernel_threads: fc.nat(99),
  ended: fc.nat(9),
  unseen: fc.array(
    fc.record({
      what: fc.constantFrom(...(Object.keys(UNSEEN_KINDS) as UnseenKind[])),
      why: anyText,
      count: fc.integer({ min: 1, max: 99 }),
      example: anyText,
    }),
    { maxLength: 3 },
  ),
});
