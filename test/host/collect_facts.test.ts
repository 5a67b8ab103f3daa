import { spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AbortError } from '../../src/errors.js';
import { INITIAL_USERNS } from '../../src/host/facts/host_facts.js';
import { scenarioOfFacts } from '../../src/host/facts/scenario_of_facts.js';
import { collectFacts } from '../../src/host/snapshot/collect_facts.js';
import { namespaceRelations, RELATION_TOOLS } from '../../src/host/snapshot/namespace_relations.js';
import { readProcesses } from '../../src/host/snapshot/read_processes.js';
import { Unseen } from '../../src/host/snapshot/unseen.js';
import { some } from '../cases.js';
import { hasProgram, testNeeding } from '../needs.js';

const isLinux = process.platform === 'linux';
const onLinux = testNeeding(isLinux, 'linux');
const signal = new AbortController().signal;
const inodeOf = (name: string) => Number(/\d+/.exec(readlinkSync(`/proc/${process.pid}/ns/${name}`))?.[0]);
/** Those of this process, by a path that is there and one that is not. */
const OWN = [
  { kind: 'user', paths: ['/proc/0/ns/user', `/proc/${process.pid}/ns/user`] },
  { kind: 'mount', paths: [`/proc/${process.pid}/ns/mnt`] },
  { kind: 'mount', paths: ['/proc/0/ns/mnt'] },
] as const;

test.each(some(1, RELATION_TOOLS))('$tool asks for parents and owners', async (one) => {
  if (!isLinux || !hasProgram(one.tool)) return;
  const { tool, users, mounts } = await namespaceRelations(OWN, signal, [one]);
  expect(tool).toBe(one.tool);
  const userns = inodeOf('user');
  // The initial one has no parent that can be asked for.
  if (userns === INITIAL_USERNS) expect(users.get(userns)).toEqual({ parent: 'EPERM', owner: 0 });
  expect([...users.keys()]).toContain(userns);
  expect([...mounts.keys()]).toEqual([inodeOf('mnt')]);
  expect(mounts.get(inodeOf('mnt'))).toEqual(expect.any(Number));
});

onLinux('the next program asks where one is not there or fails, and without any nothing is known', async () => {
  const broken = [
    { tool: 'perl', args: ['-e', 'exit 1'] },
    { tool: 'perl', args: ['-e', 'print "u 1 2 3\n"'] },
  ] as const;
  const second = await namespaceRelations(OWN, signal, broken);
  if (hasProgram('perl'))
    expect(second).toMatchObject({ tool: 'perl', users: new Map([[1, { parent: 2, owner: 3 }]]) });
  const none = await namespaceRelations(OWN, signal, broken.slice(0, 1));
  expect(none).toEqual({ tool: 'none', users: new Map(), mounts: new Map() });
});

onLinux('processes that end while they are read are no mistake, and nothing that could not be seen', async () => {
  // It ends by itself where this process is gone.
  const shell = spawn('timeout', ['20', 'sh', '-c', 'while :; do true & true & wait; done'], { stdio: 'ignore' });
  try {
    for (let i = 0; i < 4; i++) {
      const { unseen } = await collectFacts(signal);
      const gone = unseen.filter(({ what, why }) => what !== 'lsm' && what !== 'sysctl' && /ENOENT|ESRCH/.test(why));
      expect(gone).toEqual([]);
    }
  } finally {
    shell.kill('SIGTERM');
  }
});

onLinux('this process is left out, and what it is in is not', async () => {
  const facts = await collectFacts(signal);
  expect(facts.processes.map(({ pid }) => pid)).not.toContain(process.pid);
  expect(facts.reader.userns).toBe(inodeOf('user'));
  expect(facts.mount_namespaces.find(({ ino }) => ino === inodeOf('mnt'))?.mountinfo).toMatch(/^\d+ \d+ \d+:\d+ \//);
  expect(scenarioOfFacts(facts).counts.processes).toBe(facts.processes.length);
});

onLinux('the signal ends it', async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(collectFacts(controller.signal)).rejects.toBeInstanceOf(AbortError);
  await expect(readProcesses('/proc', new Unseen(), controller.signal)).rejects.toBeInstanceOf(AbortError);
});
