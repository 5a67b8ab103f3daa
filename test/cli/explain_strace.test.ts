import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bpftoken, inProcess } from './run_cli.js';
import { temporaryFiles } from './temporary_files.js';

const CAPTURED = new URL('../programs/strace/captured/', import.meta.url);
const { file } = temporaryFiles('explain-strace');
const log = (name: string) => fileURLToPath(new URL(`${name}.txt`, CAPTURED));

test.each([
  ['any-libbpf1.4-strace6.1-y', 0],
  ['xdp-only-libbpf1.4-strace6.1', 1],
  ['filtered-libbpf1.4-strace6.1', 1],
  ['fsopen-without-mount-namespace-strace7.2', 0],
])('%s: exit status %i', async (name, code) => {
  expect((await inProcess(['explain', '--strace', log(name)])).code).toBe(code);
  expect((await inProcess(['explain', '--strace', log(name), '--json'])).code).toBe(code);
});

test('each refused call has its place, its reason, its consequence and what would make it pass', async () => {
  const { stdout } = await inProcess(['explain', '--strace', log('numbers-libbpf1.4-strace6.1'), '--kernel', '6.18']);
  const place = stdout.split('\n').find((line) => line.includes('map_create ringbuf'));
  expect(place).toMatch(/numbers-libbpf1\.4-strace6\.1\.txt:\d+:\d+: pid \d+: map_create ringbuf: EPERM \[fatal\]$/);
  expect(stdout).toContain('because the token was dropped: it does not allow the type');
  expect(stdout).toContain('to make it pass: add ringbuf to delegate_maps of bpffs /sys/fs/bpf');
  expect(stdout).toContain('the call carried no token: its flags lack BPF_F_TOKEN_FD (0x10000)');
});

test('standard input, and a scenario for what the log does not show', async () => {
  const text = readFileSync(log('nsenter-libbpf1.4-strace6.1'), 'utf8');
  const calls = text
    .split('\n')
    .filter((line) => line.includes('bpf('))
    .join('\n');
  const scenario = `
profile: linux-6.18
userns: { box: { owner: 0 } }
bpffs: { web: { userns: box, delegate_cmds: any, delegate_maps: any, delegate_progs: any, delegate_attachs: any } }
tasks: { agent: { userns: box, caps: all }, other: { caps: none } }
`;
  const piped = await bpftoken(['explain', '--strace', '-', '--json'], { stdin: calls });
  expect(JSON.parse(piped.stdout)).toMatchObject({ log: { file: '<stdin>' }, counts: { calls: 20, agrees: 20 } });
  const path = file('log.txt', calls);
  const args = ['explain', '-', '--strace', path, '--task', 'agent', '--json'];
  const { stdout } = await bpftoken(args, { stdin: scenario });
  const { counts, bpffs, assumptions } = JSON.parse(stdout);
  expect(counts).toMatchObject({ agrees: 20, disagrees: 0 });
  expect(bpffs).toMatchObject([{ name: 'web', shown: true, masks: { cmds: 'any' } }]);
  expect(assumptions[0]).toMatchObject({ about: 'kernel', basis: 'given' });
});

test.each([
  [['explain'], /a scenario is missing/],
  [['explain', '--strace', 'x', '--task', 'agent'], /--task is of a scenario, which is not given/],
  [['explain', '--strace', log('no such log')], /cannot be read/],
])('%j: refused', async (args, message) => {
  const { code, stdout, stderr } = await inProcess(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});
