import { expect, test } from 'vitest';
import { profileNamed } from '../../../src/kernel/profile.js';
import type { World } from '../../../src/kernel/world.js';
import { KernelAnswers } from '../../../src/programs/loaders/kernel_answers.js';
import { loadObject } from '../../../src/programs/loaders/load_object.js';
import type { LoaderName } from '../../../src/programs/loaders/loader_names.js';
import type { LoaderSetup } from '../../../src/programs/loaders/loader_setup.js';
import { readBpfObject } from '../../../src/programs/read_object.js';
import { objectBytes } from './recorded_loads.js';

const ANY = (1n << 64n) - 1n;
const NOTHING = { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n };
const bpffs = (name: string, delegate: typeof NOTHING, userns = 1) => ({
  name,
  userns,
  options: { uid: 0, gid: 0, mode: 0o777, delegate },
  denials: { cmds: 0n, caps: 0n },
  lsmCreateErrno: 0,
});
const WORLD: World = {
  profile: profileNamed('linux-6.18'),
  unprivilegedBpfDisabled: 2,
  userns: [
    { name: 'init', parent: 0, owner: 0 },
    { name: 'box', parent: 0, owner: 0 },
  ],
  bpffs: [
    bpffs('all', { cmds: ANY, maps: ANY, progs: ANY, attachs: ANY }),
    bpffs('nothing', NOTHING),
    bpffs('of the host', { cmds: ANY, maps: ANY, progs: ANY, attachs: ANY }, 0),
  ],
  tasks: [{ name: 'loader', userns: 1, euid: 0, effective: ANY }],
  tokens: [],
};
const MOUNTS = new Map([
  ['/run/host', 2],
  ['/run/empty', 1],
  ['/run/token', 0],
]);

/** The end of a load with these mounts, and the paths of which a token was asked, each with the answer. */
function load(loader: LoaderName, setup: Partial<LoaderSetup>, mounts: ReadonlyMap<string, number> = MOUNTS) {
  const answers = new KernelAnswers(WORLD, { task: 0, mounts });
  const object = readBpfObject(objectBytes('xdp'));
  const { steps, failure } = loadObject(loader, object, { mounts: [...mounts.keys()], ...setup }, (call) =>
    answers.answer(call),
  );
  const asked = steps.flatMap(({ call, answer }) =>
    call.cmd === 'token_create' || (call.cmd === 'open' && answer.errno)
      ? [`${call.path} ${answer.errno ?? 'ok'}`]
      : [],
  );
  return { errno: failure ? failure.errno : null, asked };
}

test('libbpf: an option weighs more than the environment, and a failure at a path that was given ends the load', () => {
  expect(load('libbpf-1.7', { tokenPath: '/run/token', tokenPathVariable: '/run/empty' })).toEqual({
    errno: null,
    asked: ['/run/token ok'],
  });
  expect(load('libbpf-1.7', { tokenPathVariable: '/run/empty' })).toEqual({
    errno: 'ENOENT',
    asked: ['/run/empty ENOENT'],
  });
  expect(load('libbpf-1.4', { tokenPath: '/nowhere' })).toEqual({ errno: 'ENOENT', asked: ['/nowhere ENOENT'] });
  expect(load('libbpf-1.4', { tokenPath: '/run/host' })).toEqual({ errno: 'EPERM', asked: ['/run/host EPERM'] });
});

test('libbpf: without a path, a failure at /sys/fs/bpf means no token; the empty text asks for none', () => {
  expect(load('libbpf-1.7', {})).toEqual({ errno: 'EPERM', asked: ['/sys/fs/bpf EINVAL'] });
  expect(load('libbpf-1.7', { tokenPath: '' })).toEqual({ errno: 'EPERM', asked: [] });
  expect(load('libbpf-1.7', {}, new Map([['/sys/fs/bpf', 0]]))).toEqual({ errno: null, asked: ['/sys/fs/bpf ok'] });
});

test('cilium/ebpf: the first bpffs that yields a token, wherever it is', () => {
  expect(load('cilium-0.22', {})).toEqual({
    errno: null,
    asked: ['/run/host EPERM', '/run/empty ENOENT', '/run/token ok'],
  });
});
