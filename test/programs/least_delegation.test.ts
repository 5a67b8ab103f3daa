import { describe, expect, test } from 'vitest';
import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON } from '../../src/abi/capabilities.js';
import { MASK_NAMES } from '../../src/kernel/masks.js';
import { profileNamed } from '../../src/kernel/profile.js';
import { leastDelegation } from '../../src/programs/least/least_delegation.js';
import { LOADER_NAMES, type LoaderName } from '../../src/programs/loaders/loader_names.js';
import { readBpfObject } from '../../src/programs/read_object.js';
import { objectBytes } from './loaders/recorded_loads.js';

const KERNEL = { profile: profileNamed('linux-6.18') };
const OBJECTS = [
  'xdp',
  'kprobes',
  'data',
  'cgroups',
  'storage',
  'spin_lock',
  'callback',
  'usdt',
  'inner_maps',
  'sockets',
  'arena',
];

const leastOf = (object: string, loader: LoaderName) =>
  leastDelegation(loader, [readBpfObject(objectBytes(object))], KERNEL);

/** Bits of a delegation by name. */
function named(object: string, loader: LoaderName): Record<string, string[]> {
  const { masks } = leastOf(object, loader) ?? {};
  const kinds = { cmds: 'cmds', maps: 'map_types', progs: 'prog_types', attachs: 'attach_types' } as const;
  const names = MASK_NAMES.map((mask) => {
    const all = KERNEL.profile.vocabulary.names(kinds[mask]);
    return [mask, all.filter((_, bit) => ((masks?.[mask] ?? 0n) >> BigInt(bit)) & 1n)];
  });
  return Object.fromEntries(names);
}

describe.each(OBJECTS)('the least delegation for %s', (object) => {
  test.each(LOADER_NAMES)('%s loads it, and without any bit or capability does not', (loader) => {
    const least = leastOf(object, loader);
    expect(least?.loads.map(({ failure }) => failure)).toEqual([undefined]);
    const bits = MASK_NAMES.flatMap((mask) => [...(least?.masks[mask] ?? 0n).toString(2).replaceAll('0', '')]).length;
    const caps = [...(least?.capabilities ?? 0n).toString(2).replaceAll('0', '')].length;
    expect(least?.proofs).toHaveLength(bits + caps);
    // Each proof names the call that is refused, or the calls that made it be.
    for (const { failure } of least?.proofs ?? []) expect(failure.step).toBeDefined();
  });
});

test('an XDP program: cgroup_inet_ingress is enough for 1.5, as the attach type is not sent then; cilium/ebpf needs no trivial program', () => {
  expect(named('xdp', 'libbpf-1.5')).toEqual({
    cmds: ['map_create', 'prog_load'],
    maps: ['hash'],
    progs: ['socket_filter', 'xdp'],
    attachs: ['cgroup_inet_ingress'],
  });
  expect(named('xdp', 'libbpf-1.4').attachs).toEqual(['cgroup_inet_ingress', 'xdp']);
  expect(named('xdp', 'cilium-0.22')).toMatchObject({ progs: ['xdp'], attachs: ['xdp'] });
  expect(leastOf('xdp', 'libbpf-1.5')?.capabilities).toBe((1n << BigInt(CAP_BPF)) | (1n << BigInt(CAP_NET_ADMIN)));
});

test('a kprobe needs CAP_PERFMON, and only the object that passes callbacks needs btf_load', () => {
  expect(leastOf('kprobes', 'libbpf-1.7')?.capabilities).toBe((1n << BigInt(CAP_BPF)) | (1n << BigInt(CAP_PERFMON)));
  expect(named('kprobes', 'libbpf-1.7').cmds).not.toContain('btf_load');
  expect(named('callback', 'libbpf-1.7').cmds).toContain('btf_load');
});

test.each(LOADER_NAMES)(
  'several objects: %s loads each with what is found, and one of them does not load without any bit of it',
  (loader) => {
    const names = ['xdp', 'kprobes', 'cgroups', 'sockets', 'storage'];
    const objects = names.map((name) => readBpfObject(objectBytes(name)));
    const least = leastDelegation(loader, objects, KERNEL);
    expect(least?.loads.map(({ failure }) => failure)).toEqual(names.map(() => undefined));
    const { masks, capabilities } = least ?? { masks: undefined, capabilities: 0n };
    const bits = MASK_NAMES.map((mask) => countOf(masks?.[mask] ?? 0n)).reduce((sum, count) => sum + count, 0);
    expect(least?.proofs).toHaveLength(bits + countOf(capabilities));
    expect(new Set(least?.proofs.map(({ object }) => object)).size).toBeGreaterThan(1);
  },
);

function countOf(set: bigint): number {
  return set.toString(2).replaceAll('0', '').length;
}
