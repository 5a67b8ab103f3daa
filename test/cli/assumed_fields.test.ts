import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { attachTypeFits, fixupAttachType } from '../../src/kernel/attach_types.js';
import { NEWEST_PROFILE } from '../../src/kernel/profile.js';
import { describeAssumption } from '../../src/report/assumption_text.js';
import { assumptionsOf } from '../../src/request/assumptions.js';
import { loaderAttachTypes } from '../../src/request/loader_attach_types.js';
import { inProcess } from './run_cli.js';

const EXAMPLE = 'examples/container-manager.yaml';
const LOAD = ['--task', 'root', '--token', 'web1-token', '--cmd', 'prog_load'];
const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-assumed-'));
afterAll(() => rmSync(temporary, { recursive: true }));

describe('without an attach type 0 was asked in silence, which then was said to be cgroup_inet_ingress', () => {
  const XDP =
    /^ {2}note: expected_attach_type was not given: 0 \(BPF_CGROUP_INET_INGRESS\) was assumed; libbpf sends BPF_XDP for SEC\("xdp"\)/m;

  test.each(['check', 'explain'])('%s says what was assumed, and what loaders send', async (command) => {
    const { stdout } = await inProcess([command, EXAMPLE, ...LOAD, '--prog-type', 'xdp']);
    expect(stdout).toMatch(XDP);
    const { assumed } = JSON.parse(
      (await inProcess([command, EXAMPLE, ...LOAD, '--prog-type', 'xdp', '--json'])).stdout,
    );
    expect(assumed).toMatchObject([
      { field: 'expected_attach_type', value: 0, name: 'cgroup_inet_ingress', loaders: [{ section: 'xdp' }, {}, {}] },
    ]);
  });

  test('advice to delegate attach type 0 says that it was assumed, where loaders send another one', async () => {
    const args = ['explain', 'examples/selftest.yaml', '--task', 'both-caps', '--token', 'progs', '--cmd', 'prog_load'];
    const { stdout } = await inProcess([...args, '--prog-type', 'xdp']);
    expect(stdout).toMatch(
      /add cgroup_inet_ingress to delegate_attachs[\s\S]*note: this is for attach type 0, which was assumed: ask again with expected_attach_type xdp /,
    );
    const json = JSON.parse((await inProcess([...args, '--prog-type', 'xdp', '--json'])).stdout);
    expect(json.advice.note).toMatch(/^this is for attach type 0/);
    // A kprobe is loaded with 0.
    expect((await inProcess([...args, '--prog-type', 'kprobe'])).stdout).not.toContain('this is for attach type 0');
    const given = [...args, '--prog-type', 'xdp', '--expected-attach-type', '0'];
    expect((await inProcess(given)).stdout).not.toContain('this is for attach type 0');
  });

  test.each(['check', 'explain'])('%s says nothing where the attach type is given', async (command) => {
    for (const attachType of ['xdp', '0']) {
      const args = [command, EXAMPLE, ...LOAD, '--prog-type', 'xdp', '--expected-attach-type', attachType];
      expect((await inProcess(args)).stdout).not.toContain('was not given');
      expect(JSON.parse((await inProcess([...args, '--json'])).stdout).assumed).toEqual([]);
    }
  });

  test('a request of the scenario, asked by name or tested', async () => {
    const file = join(temporary, 's.yaml');
    writeFileSync(
      file,
      'profile: linux-6.12\ntasks: { t: {} }\nrequests:\n  - { name: x, task: t, cmd: prog_load, prog_type: xdp, expect: allowed }\n' +
        '  - { task: t, cmd: prog_load, prog_type: xdp, expected_attach_type: xdp, expect: EPERM }\n',
    );
    expect((await inProcess(['check', file, '--request', 'x'])).stdout).toMatch(XDP);
    const { stdout } = await inProcess(['test', file]);
    expect(stdout.match(/note: expected_attach_type was not given/g)).toHaveLength(1);
    const { results } = JSON.parse((await inProcess(['test', file, '--json'])).stdout);
    expect(results.map(({ assumed }: { assumed: object[] }) => assumed.length)).toEqual([1, 0]);
  });

  test('attaching: the program type is told, and the attach type of a cgroup_skb program alone', async () => {
    const attach = ['check', EXAMPLE, '--task', 'root', '--cmd', 'link_create'];
    expect((await inProcess(attach)).stdout).toMatch(/note: prog_type was not given: .*\n$/);
    expect((await inProcess([...attach, '--prog-type', 'xdp'])).stdout).not.toContain('note:');
    expect((await inProcess([...attach, '--prog-type', 'cgroup_skb'])).stdout).toMatch(
      /note: expected_attach_type was not given/,
    );
  });
});

describe('what loaders send', () => {
  const { vocabulary } = NEWEST_PROFILE;
  const cmd = vocabulary.require('cmds', 'prog_load');
  const types = vocabulary.names('prog_types').filter((name) => name !== 'unspec');

  test('is known for every program type but struct_ops, and is what the kernel takes for it', () => {
    expect(types.filter((name) => loaderAttachTypes(name).length === 0)).toEqual(['struct_ops']);
    for (const name of types) {
      const type = vocabulary.require('prog_types', name);
      for (const { section, attachType } of loaderAttachTypes(name)) {
        const number = attachType === null ? 0 : vocabulary.require('attach_types', attachType);
        const fits = attachTypeFits(vocabulary, type, fixupAttachType(vocabulary, type, number));
        expect([section, attachType, fits]).toEqual([section, attachType, true]);
      }
    }
  });

  test('a sentence names the most usual section first, and not all of many', () => {
    const sentence = (name: string) => {
      const request = { cmd, type: vocabulary.require('prog_types', name) };
      return assumptionsOf(NEWEST_PROFILE, request, ['expected_attach_type']).map(describeAssumption).join();
    };
    expect(sentence('kprobe')).toMatch(/was assumed; libbpf sends 0 for SEC\("kprobe"\), /);
    expect(sentence('struct_ops')).toMatch(/was assumed$/);
    expect(sentence('cgroup_sock_addr')).toMatch(/and so on \(14 more\)$/);
    expect(sentence('cgroup_sock')).toMatch(/: 0 \(BPF_CGROUP_INET_SOCK_CREATE\) was assumed/);
  });
});
