import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { hostProfile } from '../../../src/host/facts/host_profile.js';
import { explainLog } from '../../../src/programs/strace/explain_log.js';
import { canDelegate } from '../../host/live_host.js';
import { hasProgram, testNeeding } from '../../needs.js';

const { profile } = hostProfile(release());
const { vocabulary } = profile;
const SCRIPT = fileURLToPath(new URL('../../host/delegated_userns.pl', import.meta.url));
const TRACED =
  'bpf,fsopen,fsconfig,fsmount,move_mount,openat,close,unshare,clone,clone3,fork,vfork,setresuid,pidfd_open,pidfd_getfd,execve';

/** Programs and maps, each with the token and without: some are delegated, others are not. */
const QUESTIONS = [
  ...['array', 'hash', 'ringbuf', 'devmap', 'lpm_trie'].map((name) => [0, vocabulary.require('map_types', name), 0]),
  ...['socket_filter', 'xdp', 'kprobe', 'cgroup_sock', 'tracepoint'].map((name) => [
    5,
    vocabulary.require('prog_types', name),
    0,
  ]),
  [5, vocabulary.require('prog_types', 'xdp'), vocabulary.require('attach_types', 'xdp')],
  [18, 0, 0],
].flatMap((question) => [
  [...question, 0],
  [...question, 1],
]);

const DELEGATIONS = [
  ['delegate_cmds=any', 'delegate_maps=any', 'delegate_progs=any', 'delegate_attachs=any'],
  [
    'delegate_cmds=map_create:prog_load',
    'delegate_maps=hash:ringbuf',
    'delegate_progs=xdp:socket_filter',
    'delegate_attachs=xdp',
  ],
  ['delegate_cmds=0x40001', 'delegate_maps=0x6', 'delegate_progs=0xffffffffffffffff', 'delegate_attachs=0x1'],
];

const FLAGS = [
  ['-f', '-y'],
  ['-f', '-tt', '-T'],
  ['-f', '-r'],
];

const testLive = canDelegate ? testNeeding(hasProgram('strace'), 'strace') : testNeeding(false, 'root-and-linux-6.9');

testLive(
  'strace of this host, with several delegations: each call agrees with its kernel',
  { timeout: 120_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'bpftoken-strace-'));
    try {
      for (const [i, options] of DELEGATIONS.entries()) {
        const out = join(folder, 'log');
        const flags = [...(FLAGS[i] as string[]), '-o', out, '-e', `trace=${TRACED}`];
        const input = QUESTIONS.map((question) => `${question.join(' ')}\n`).join('');
        const ran = spawnSync('strace', [...flags, 'perl', SCRIPT, folder, ...options], { input, encoding: 'utf8' });
        expect(ran.status, ran.stderr).toBe(0);
        const { account, calls, mountCalls, state } = explainLog(
          { file: 'log', text: readFileSync(out, 'utf8') },
          { profile },
        );
        expect(account.warnings).toEqual([]);
        expect(calls.length).toBe(QUESTIONS.length + 1);
        const wrong = calls.filter(({ agreement }) => agreement !== 'agrees' && agreement !== 'later');
        expect(wrong.map(({ at, call, errno, result }) => ({ at, call, errno, result }))).toEqual([]);
        expect(mountCalls.filter(({ agreement }) => agreement !== 'agrees')).toEqual([]);
        expect(state.tokens.map(({ isShown }) => isShown)).toEqual([true]);
        // Both kinds of answers are there.
        expect(new Set(calls.map(({ result }) => result.errno))).toContain('EPERM');
        expect(calls.filter(({ result }) => result.value !== null).length).toBeGreaterThan(2);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
