import { expect, test } from 'vitest';
import { CAP_PERFMON } from '../../src/abi/capabilities.js';
import { explain } from '../../src/explain/explain.js';
import { applyRemedy } from '../../src/explain/remedy.js';
import { Model } from '../../src/kernel/model.js';
import { PROFILES } from '../../src/kernel/profile.js';
import { decodeVerdict } from '../../src/kernel/verdict.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';

/** What is said of a load by an agent with CAP_BPF and CAP_NET_ADMIN in its namespace, with a token that delegates everything. */
function explained(request: string, profile = 'linux-6.12') {
  const { world, requests } = parseScenario(`
profile: ${profile}
userns: { box: { owner: 1000 } }
bpffs: { fs: { userns: box, delegate_cmds: any, delegate_maps: any, delegate_progs: any, delegate_attachs: any } }
tasks: { agent: { userns: box, euid: 100000, caps: [CAP_BPF, CAP_NET_ADMIN] }, root: { caps: all } }
tokens: { t: { bpffs: fs } }
requests: [{ task: agent, token: t, cmd: prog_load, ${request} }]
`);
  const [asked] = requests;
  if (!asked) throw new Error('the scenario has a request');
  const explanation = explain({ world, request: asked.request });
  const { advice } = explanation;
  const changes = advice.possible ? advice.changes : [];
  const mended = changes.reduce(applyRemedy, explanation.context);
  const passes = decodeVerdict(new Model(mended.world).ask(mended.request)).allowed;
  return { ...explanation, changes, passes };
}

test.each(PROFILES.filter(({ name }) => name.startsWith('linux-')).map(({ name }) => name))(
  '%s: a kprobe that reads the kernel, by a task with CAP_BPF alone: CAP_PERFMON in the namespace mends it',
  (profile) => {
    const { verdict, changes, passes } = explained('prog_type: kprobe, helpers: [probe_read_kernel]', profile);
    expect(verdict).toMatchObject({ allowed: false, errno: 'EPERM' });
    expect(changes).toEqual([{ kind: 'grant', task: 0, cap: CAP_PERFMON }]);
    expect(passes).toBe(true);
  },
);

test('an XDP program that reads the kernel loads, and is not offered the helper: the same mends it', () => {
  const { verdict, withheld, changes, passes } = explained('prog_type: xdp, helpers: [probe_read_kernel]');
  expect(verdict).toMatchObject({ allowed: false, errno: 'EINVAL' });
  expect(withheld).toMatchObject({ kind: 'helper', name: 'probe_read_kernel', missing: { userns: 'box' } });
  expect(changes).toEqual([{ kind: 'grant', task: 0, cap: CAP_PERFMON }]);
  expect(passes).toBe(true);
});

test('a program that writes to user memory: CAP_SYS_ADMIN is asked in the initial namespace, and nothing mends it', () => {
  const { advice, steps } = explained('prog_type: syscall, helpers: [probe_write_user]');
  expect(advice).toMatchObject({ possible: false });
  expect(steps.at(-1)).toMatchObject({ fn: 'check_helper_call', ok: false });
  const kprobe = explained('prog_type: kprobe, helpers: [probe_write_user]');
  expect(kprobe.advice).toMatchObject({ possible: false });
});

test('a cgroup_skb program that leaks a pointer: EACCES, and CAP_PERFMON in the namespace mends it', () => {
  const { verdict, withheld, changes, passes } = explained('prog_type: cgroup_skb, liberties: [pointer_leaks]');
  expect(verdict).toMatchObject({ allowed: false, errno: 'EACCES' });
  expect(withheld).toMatchObject({ kind: 'liberty', name: 'pointer_leaks', refusal: 'capability' });
  expect(changes).toEqual([{ kind: 'grant', task: 0, cap: CAP_PERFMON }]);
  expect(passes).toBe(true);
});

test('a helper that programs of the type never have: nothing mends it, and the sentence says so', () => {
  const { advice } = explained('prog_type: xdp, helpers: [override_return]');
  expect(advice).toMatchObject({ possible: false, why: expect.stringContaining('no program of type xdp') });
});
