import { expect, test } from 'vitest';
import { bpftoken } from './run_cli.js';

const OBJECT = 'test/programs/loaders/objects/xdp.o';
/** `attachs`: what the bpffs delegates of attach types. */
const scenario = (attachs: string) => `
profile: linux-6.18
userns: { box: { owner: 1000 } }
bpffs:
  fs: { userns: box, delegate_cmds: [prog_load, map_create], delegate_maps: [hash], delegate_progs: [xdp, socket_filter], delegate_attachs: ${attachs} }
tasks: { agent: { userns: box, euid: 100000, caps: [CAP_BPF, CAP_NET_ADMIN] } }
`;
const check = (attachs: string, ...args: readonly string[]) =>
  bpftoken(['check', '-', '--object', OBJECT, ...args], { stdin: scenario(attachs) });

test('the attach type that a release sends decides: 1.4 the section’s, 1.5 none where the probe for it is refused', async () => {
  const loads = async (attachs: string, loader: string) => (await check(attachs, '--loader', loader)).code === 0;
  const both = async (attachs: string) => [await loads(attachs, 'libbpf-1.4'), await loads(attachs, 'libbpf-1.5')];
  expect(await both('[cgroup_inet_ingress]')).toEqual([false, true]);
  expect(await both('[cgroup_inet_ingress, xdp]')).toEqual([true, true]);
  // No trivial program is loaded by cilium/ebpf.
  expect(await loads('[xdp]', 'libbpf-1.5')).toBe(false);
  expect(await loads('[xdp]', 'cilium-0.22')).toBe(true);
});

test('the first fatal refusal comes with what mends it, and mending it lets the object load', async () => {
  const { stdout, code } = await check('[cgroup_inet_ingress]', '--loader', 'libbpf-1.4');
  expect(code).toBe(1);
  expect(stdout).toContain("libbpf-1.4: prog 'count': failed to load");
  expect(stdout).toContain('add xdp to delegate_attachs of bpffs fs');
  expect((await check('[cgroup_inet_ingress, xdp]', '--loader', 'libbpf-1.4')).stdout).toMatch(/^LOADS on linux-6\.18/);
});

test('files that are no object, and tasks and bpffs that are not there, are told', async () => {
  const told = async (...args: readonly string[]) =>
    (await bpftoken(['check', '-', ...args], { stdin: scenario('any') })).stderr;
  expect(await told('--object', 'package.json')).toMatch(/package\.json: /);
  expect(await told('--object', 'nowhere.o')).toContain('nowhere.o: cannot be read');
  expect(await told('--object', OBJECT, '--task', 'agnet')).toContain('did you mean agent?');
  expect(await told('--object', OBJECT, '--bpffs', 'sf')).toContain('no such bpffs');
});
