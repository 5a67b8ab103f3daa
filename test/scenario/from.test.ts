import { describe, expect, test } from 'vitest';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { Model } from '../../src/kernel/model.js';
import { parseScenario, type ReadNamedFile, ScenarioError } from '../../src/scenario/parse_scenario.js';

const FILES: Readonly<Record<string, string>> = {
  table:
    '61 35 0:71 / /a rw - bpf none rw,uid=7,mode=700,delegate_cmds=map_create:prog_load,delegate_maps=any\n' +
    '62 35 0:72 / /b rw - bpf none rw,delegate_cmds=prog_load\n',
  one: 'none /a bpf rw,delegate_cmds=prog_load,delegate_progs=xdp,delegate_attachs=any 0 0\n',
  twice:
    '61 35 0:71 / /a rw - bpf none rw,delegate_cmds=prog_load\n' +
    '62 35 0:72 / /a rw - bpf none rw,delegate_cmds=map_create\n',
  typo: 'rw,delegate_cmds=prog_lod,delegate_maps=any\n',
  fstab: '# bpffs\nnone /sys/fs/bpf bpf defaults,delegate_cmds=any 0 0\n',
  prose: 'Once upon a time\n',
  'list.json': '[{"token_info": "/a"',
};

const readFile: ReadNamedFile = (file, profile) => {
  const text = FILES[file];
  if (text === undefined) throw new Error(`${file}: cannot be read: ENOENT`);
  return readDelegations({ file, text }, { profile });
};

const scenario = (sections: string) =>
  parseScenario(`profile: linux-6.12\nuserns:\n  box: {}\n${sections}`, 's.yaml', { readFile });

function problemsOf(sections: string): string[] {
  try {
    scenario(sections);
  } catch (error) {
    if (error instanceof ScenarioError)
      return error.diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`);
    throw error;
  }
  return [];
}

test('a bpffs has the masks, ids and mode of the file that it names; keys beside it win', () => {
  const { world } = scenario(
    'bpffs:\n  fs: { from: { file: table, name: /a }, userns: box, delegate_maps: [hash] }\ntokens:\n  t: { bpffs: fs }\n',
  );
  expect(world.bpffs[0]?.options).toMatchObject({
    uid: 7,
    mode: 0o1700,
    delegate: { cmds: 0x21n, maps: 2n, progs: 0n },
  });
  expect(world.tokens[0]?.allowed).toEqual({ cmds: 0x21n, maps: 2n, progs: 0n, attachs: 0n });
});

test('of two mounts at one place the later is meant', () => {
  const { world } = scenario('bpffs:\n  fs: { from: { file: twice, name: /a }, userns: box }\n');
  expect(world.bpffs[0]?.options.delegate.cmds).toBe(1n);
});

test('a scenario with a file decides as one with its masks written out', () => {
  const rest =
    'tasks:\n  a: { userns: box, caps: all }\ntokens:\n  t: { bpffs: fs }\nrequests:\n  - { task: a, token: t, cmd: prog_load, prog_type: xdp }\n';
  const named = scenario(`bpffs:\n  fs: { from: one, userns: box }\n${rest}`);
  const written = scenario(
    `bpffs:\n  fs: { userns: box, delegate_cmds: [prog_load], delegate_progs: [xdp], delegate_attachs: any }\n${rest}`,
  );
  expect(named.world).toEqual(written.world);
  const [request] = named.requests;
  expect(new Model(named.world).ask(request?.request as never)).toBe(
    new Model(written.world).ask(request?.request as never),
  );
});

test('what does nothing in a file is a warning of the scenario, with the file that it is in', () => {
  const { warnings } = scenario('bpffs:\n  fs: { from: fstab }\n');
  expect(warnings.filter(({ file }) => file === undefined)).toHaveLength(1);
  const broken = problemsOf('bpffs:\n  fs: { from: typo, userns: box }\n');
  expect(broken).toEqual(['5:15 bpffs fs: bpffs: no token can be made: the mount fails: delegate_cmds: EINVAL']);
});

describe('a file that cannot be used is a problem at the place where it is named', () => {
  test.each([
    ['bpffs:\n  fs: { from: nope, userns: box }\n', /^5:15 bpffs fs: nope: cannot be read: ENOENT$/],
    ['bpffs:\n  fs: { from: prose, userns: box }\n', /^5:15 bpffs fs: prose: the format is not known by the content/],
    ['bpffs:\n  fs: { from: list.json, userns: box }\n', /^5:15 bpffs fs: list\.json:1:\d+: not YAML/],
    ['bpffs:\n  fs: { from: table, userns: box }\n', /^5:15 bpffs fs: table describes several: name one of \/a, \/b$/],
    ['bpffs:\n  fs: { from: { file: table, name: /c }, userns: box }\n', /unknown delegation "\/c"; .*\/a/],
    ['tasks:\n  a: { from: one, userns: box }\n', /^5:14 task a: the file does not say as which user/],
  ])('%j', (sections, message) => {
    const problems = problemsOf(sections);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  test('a scenario that is read from a text alone names no files', () => {
    const text = 'profile: linux-6.12\nbpffs:\n  fs: { from: one }\n';
    expect(() => parseScenario(text)).toThrow(
      /3:15: bpffs fs: "one": a scenario that is read from a text names no files/,
    );
  });
});
