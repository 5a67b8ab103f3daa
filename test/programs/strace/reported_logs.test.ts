import { expect, test } from 'vitest';
import { CAP_FULL_SET } from '../../../src/abi/capabilities.js';
import { Disposition } from '../../../src/abi/verdict.js';
import { findProfile } from '../../../src/kernel/profile.js';
import { UserNamespace } from '../../../src/kernel/userns.js';
import { explainLog } from '../../../src/programs/strace/explain_log.js';
import { meaningOf } from '../../../src/programs/strace/libbpf_messages.js';
import type { LogExplanation, LogOptions } from '../../../src/programs/strace/log_explanation.js';
import { straceText } from '../../../src/report/strace_text.js';

// What people have and ask about, in the form in which strace prints it.

const explained = (lines: readonly string[], options: LogOptions = {}): LogExplanation =>
  explainLog({ file: 'log', text: lines.join('\n') }, { profile: findProfile('linux-6.12'), ...options });
const EPERM = '= -1 EPERM (Operation not permitted)';
const TOKEN = 'bpf(BPF_TOKEN_CREATE, {token_create={flags=0, bpffs_fd=3</sys/fs/bpf>}}, 8) = 5';
const load = (type: string, attach: string, rest: string, result: string) =>
  `bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_${type}, insn_cnt=9, license="GPL", kern_version=KERNEL_VERSION(6, 12, 14), prog_flags=${rest}, prog_name="x", expected_attach_type=BPF_${attach}, prog_token_fd=5}, 148) ${result}`;

test('without 0x10000 in its flags a call carried no token, whatever the field holds', () => {
  const map = (flags: string) =>
    `bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_ARRAY, key_size=4, value_size=32, max_entries=1, map_flags=${flags}, inner_map_fd=0, map_name="", map_token_fd=5}, 80) ${EPERM}`;
  const { calls } = explained([
    TOKEN,
    map('BPF_F_RDONLY_PROG'),
    map('BPF_F_RDONLY_PROG|0x10000'),
    map('0x10000 /* BPF_F_??? */'),
  ]);
  expect(calls.map(({ tokenOfCall, call }) => [tokenOfCall, call.unreadTokenFd])).toEqual([
    ['none', undefined],
    ['none', 5],
    ['shown', undefined],
    ['shown', undefined],
  ]);
  expect(calls.map(({ agreement }) => agreement)).toEqual(['agrees', 'agrees', 'agrees', 'agrees']);
  const text = straceText(explained([TOKEN, map('0')]));
  expect(text).toContain(
    'the call carried no token: its flags lack BPF_F_TOKEN_FD (0x10000), so that descriptor 5 in its field was not read',
  );
});

test('6.1 prints neither command 36 nor the token: both are told by their numbers and by what is hidden', () => {
  const { calls } = explained([
    '7 openat(AT_FDCWD, "/sys/fs/bpf", O_RDONLY|O_DIRECTORY) = 3',
    '7 bpf(0x24 /* BPF_??? */, 0x7ffd00001230, 8) = 5',
    '7 bpf(BPF_BTF_LOAD, {btf="\\237\\353\\1\\0", btf_log_buf=NULL, btf_size=81, btf_log_size=0, btf_log_level=0, ...}, 40) = 4',
    '7 bpf(BPF_BTF_LOAD, {btf="\\237\\353\\1\\0", btf_log_buf=NULL, btf_size=81, btf_log_size=0, btf_log_level=0}, 28) = -1 EPERM (Operation not permitted)',
  ]);
  expect(calls.map(({ tokenOfCall, agreement }) => [tokenOfCall, agreement])).toEqual([
    ['none', 'agrees'],
    ['assumed', 'agrees'],
    ['none', 'agrees'],
  ]);
});

test('bits that no call proves are named, and those that one proves are not', () => {
  const refused = explained([
    TOKEN,
    load('XDP', 'XDP', '0x10000', '= 6'),
    load('SCHED_CLS', 'XDP', '0x10000', EPERM),
  ]).calls.at(-1);
  expect(refused?.unproven.map(({ mask, name }) => `${mask} ${name}`)).toEqual(['progs sched_cls']);
  expect(refused?.evaluation?.verdict.disposition).toBe(Disposition.DROPPED_TYPE);
});

test('a process of the initial user namespace lacks what it is refused for', () => {
  const { calls, assumptions } = explained([
    load('XDP', 'XDP', '0', '= 6'),
    load('KPROBE', 'CGROUP_INET_INGRESS', '0', EPERM),
    load('XDP', 'XDP', '0', '= 7'),
  ]);
  expect(calls.map(({ agreement }) => agreement)).toEqual(['agrees', 'agrees', 'agrees']);
  expect(calls[1]?.advice).toMatchObject({ changes: [{ kind: 'grant', cap: 38 }] });
  const texts = assumptions.filter(({ about }) => about === 'process').map(({ text }) => text);
  expect(texts[0]).toContain('starts in the initial user namespace: what line 1 returns');
  expect(texts[1]).toMatch(/lacks CAP_SYS_ADMIN, CAP_PERFMON: /);
});

test('a kernel before 6.9 has no command 36: EINVAL, which kern_version tells', () => {
  const lines = [
    'bpf(0x24, 0x7ffd00001230, 8) = -1 EINVAL (Invalid argument)',
    load('XDP', 'XDP', '0', '= 6').replace('6, 12, 14', '5, 8, 0'),
  ];
  const { calls, assumptions } = explained(lines, { profile: undefined });
  expect(calls[0]).toMatchObject({
    descriptor: { errno: 'EINVAL' },
    agreement: 'agrees',
    step: { consequence: 'harmless' },
  });
  expect(assumptions[0]?.text).toContain('it has no tokens, which came with 6.9');
});

test('an agent in the initial user namespace without CAP_BPF: EPERM; with it EOPNOTSUPP', () => {
  const create = (result: string) =>
    `7 bpf(BPF_TOKEN_CREATE, {token_create={flags=0, bpffs_fd=3</sys/fs/bpf>}}, 8) ${result}`;
  const init = new UserNamespace('init', null, 0);
  const masks = { cmds: 1n, maps: 0n, progs: 0n, attachs: 0n };
  const start = (effective: bigint) => ({
    userns: init,
    euid: 0,
    effective,
    bpffs: { name: 'host', userns: init, masks },
  });
  const net = explained([create(EPERM)], { start: start(1n << 13n) }).calls[0];
  expect(net).toMatchObject({ agreement: 'agrees', isShown: true, advice: { possible: false } });
  const bpf = explained([create('= -1 EOPNOTSUPP (Operation not supported)')], { start: start(1n << 39n) }).calls[0];
  expect(bpf).toMatchObject({ agreement: 'agrees', isShown: true });
  // Nothing but the call: either reason is said.
  const { assumptions } = explained([create(EPERM)]);
  expect(assumptions.find(({ about }) => about === 'bpffs')?.text).toMatch(
    /another user namespace .* or CAP_BPF is missing there/,
  );
});

test('a wrong answer is told to disagree, with what may have given it', () => {
  const { calls } = explained([
    'unshare(CLONE_NEWUSER|CLONE_NEWNS) = 0',
    load('SOCKET_FILTER', 'CGROUP_INET_INGRESS', '0', '= 6'),
    'bpf(BPF_TOKEN_CREATE, {token_create={flags=0, bpffs_fd=3</sys/fs/bpf>}}, 8) = -1 EACCES (Permission denied)',
    'bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_HASH, map_flags=0}, 80) = -1 ENOSYS (Function not implemented)',
  ]);
  expect(calls.map(({ agreement }) => agreement)).toEqual(['disagrees', 'disagrees', 'disagrees']);
  expect(calls[0]?.inFront[0]?.what).toContain('unprivileged_bpf_disabled=0');
  expect(calls[1]?.inFront.map(({ what }) => what).join()).toMatch(/root of the bpffs.*bpf_token_perms/);
  expect(calls[2]?.inFront[0]?.what).toContain('seccomp');
});

test.each([
  ['= -1 ENOENT (No such file or directory)', 'ENOENT'],
  ['= -1 EBADF (Bad file descriptor)', 'EBADF'],
  ['= -1 EINVAL (Invalid argument)', 'EINVAL'],
  ['= -1 EOPNOTSUPP (Operation not supported)', 'EOPNOTSUPP'],
  [EPERM, 'EPERM'],
])('a token that is not made, of which the log shows no more: %s', (result, errno) => {
  const { calls } = explained([`7 bpf(BPF_TOKEN_CREATE, {token_create={flags=0, bpffs_fd=3}}, 8) ${result}`]);
  expect(calls).toMatchObject([{ errno, agreement: 'agrees', isShown: false }]);
});

test('a bit that is missing is that of the attach type after the fix-up', () => {
  const lines = [TOKEN, load('CGROUP_SOCK', 'CGROUP_INET_INGRESS', '0x10000', EPERM)];
  const names = explained(lines).calls[1]?.unproven.map(({ name }) => name);
  expect(names).toEqual(['prog_load', 'cgroup_sock', 'cgroup_inet_sock_create']);
});

test('a token of the user namespace above counts for no process below', () => {
  const { calls } = explained([
    TOKEN.replace('bpf', '7 bpf'),
    '7 clone(child_stack=NULL, flags=CLONE_NEWUSER|SIGCHLD) = 8',
    `8 ${load('XDP', 'XDP', '0x10000', EPERM)}`,
    `7 ${load('XDP', 'XDP', '0x10000', '= 6')}`,
  ]);
  expect(calls.map(({ agreement }) => agreement)).toEqual(['agrees', 'agrees', 'agrees']);
  expect(calls[1]?.context?.world.userns.length).toBe(3);
});

test('the process that made a user namespace may use a token of it', () => {
  const { calls } = explained([
    '7 fsopen("bpf", 0) = 4',
    '7 fsconfig(4, FSCONFIG_SET_STRING, "delegate_cmds", "any", 0) = 0',
    '7 clone(child_stack=NULL, flags=CLONE_NEWUSER|CLONE_NEWNS|SIGCHLD) = 8',
    TOKEN.replace('bpf', '8 bpf'),
    `8 ${load('XDP', 'XDP', '0x10000', '= 6')}`,
    '7 pidfd_getfd(9, 5, 0) = 5',
    `7 ${load('XDP', 'XDP', '0x10000', '= 6')}`,
  ]);
  expect(calls.map(({ agreement }) => agreement)).toEqual(['agrees', 'agrees', 'agrees']);
  expect(calls[2]?.context?.world.userns.length).toBe(2);
  expect(calls[2]?.context?.world.tokens[0]?.userns).toBe(1);
});

test('perf_event_open() is covered by no token', () => {
  const line =
    'perf_event_open({type=PERF_TYPE_TRACEPOINT, size=PERF_ATTR_SIZE_VER7}, -1, 0, -1, PERF_FLAG_FD_CLOEXEC)';
  const { messages } = explained([
    `${line} = -1 EACCES (Permission denied)`,
    `${line} = 4`,
    `${line} = -1 ENOENT (No such file or directory)`,
  ]);
  expect(messages).toMatchObject([{ at: { line: 1, column: 1 }, consequence: 'fatal' }]);
});

test('ENOSYS is no answer of bpf() to a call that has every permission', () => {
  const start = { userns: new UserNamespace('init', null, 0), euid: 0, effective: CAP_FULL_SET, bpffs: undefined };
  const lines = [load('XDP', 'XDP', '0', '= -1 ENOSYS (Function not implemented)')];
  expect(explained(lines, { start }).calls[0]).toMatchObject({ agreement: 'disagrees', errno: null });
});

test('errno 524 is no permission', () => {
  const [, call] = explained([TOKEN, load('XDP', 'XDP', '0x10000', '= -1 ENOTSUPP (Unknown error 524)')]).calls;
  expect(call).toMatchObject({ agreement: 'later', errno: null });
  expect(call?.hint).toContain('524');
});

test('numbers in place of names, and names that the kernel does not have', () => {
  const { calls, account } = explained([
    'bpf(0x5 /* BPF_??? */, {prog_type=0x6 /* BPF_PROG_TYPE_??? */, insn_cnt=2, prog_flags=0, expected_attach_type=0x25 /* BPF_??? */}, 148) = -1 EPERM (Operation not permitted)',
    'bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_XPD, insn_cnt=2, prog_flags=0}, 148) = -1 EPERM (Operation not permitted)',
    'bpf(BPF_PROG_LAOD, {}, 8) = -1 EINVAL (Invalid argument)',
  ]);
  expect(calls[0]?.call).toMatchObject({ cmd: 5, type: 6, attachType: 37 });
  expect(account.warnings.map(({ line, nearest }) => [line, nearest])).toEqual([
    [2, 'xdp'],
    [3, 'prog_load'],
    [3, undefined],
  ]);
});

test('the descriptor of a context is passed, by SCM_RIGHTS and by a number alone; forked and shared descriptors', () => {
  const rights = (fd: number) =>
    `{msg_name=NULL, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[${fd}]}], msg_controllen=24, msg_flags=0}`;
  const mount = (passed: readonly string[]) => [
    '1 clone(child_stack=NULL, flags=SIGCHLD) = 2',
    '2 unshare(CLONE_NEWUSER|CLONE_NEWNS) = 0',
    '2 fsopen("bpf", 0) = 3',
    ...passed,
    '1 fsconfig(9, FSCONFIG_SET_STRING, "delegate_cmds", "0x21", 0) = 0',
    '1 fsconfig(9, FSCONFIG_CMD_CREATE, NULL, NULL, 0) = 0',
    '2 fsmount(3, 0, 0) = 4',
    '2 openat(4, ".", O_RDONLY) = 5',
    '2 clone(child_stack=NULL, flags=CLONE_FILES|SIGCHLD) = 3',
    '3 bpf(BPF_TOKEN_CREATE, {token_create={flags=0, bpffs_fd=4}}, 8) = -1 EBADF (Bad file descriptor)',
    '3 bpf(BPF_TOKEN_CREATE, {token_create={flags=0, bpffs_fd=5}}, 8) = 6',
    '2 bpf(BPF_BTF_LOAD, {btf_flags=BPF_F_TOKEN_FD, btf_token_fd=6}, 40) = -1 EPERM (Operation not permitted)',
  ];
  for (const passed of [
    [`2 sendmsg(7, ${rights(3)}, 0) = 1`, `1 recvmsg(8, ${rights(9)}, 0) = 1`],
    ['1 pidfd_getfd(8, 3, 0) = 9'],
    [],
  ]) {
    const { calls, state, mountCalls } = explained(mount(passed));
    expect(calls.map(({ agreement }) => agreement)).toEqual(['agrees', 'agrees', 'agrees']);
    expect(mountCalls.map(({ agreement }) => agreement)).toEqual(mountCalls.map(() => 'agrees'));
    expect(state.tokens.map(({ masks }) => masks.cmds)).toEqual([0x21n]);
    expect(calls.at(-1)?.isShown).toBe(true);
  }
  // A copy of the descriptors keeps what is closed later.
  const inherited = [
    '2 clone(child_stack=NULL, flags=SIGCHLD) = 4',
    '2 close(6) = 0',
    '4 bpf(BPF_BTF_LOAD, {btf_flags=BPF_F_TOKEN_FD, btf_token_fd=6}, 40) = -1 EPERM (Operation not permitted)',
  ];
  const closed = '2 bpf(BPF_BTF_LOAD, {btf_flags=BPF_F_TOKEN_FD, btf_token_fd=6}, 40) = -1 EBADF (Bad file descriptor)';
  const { calls } = explained([...mount([]), ...inherited, closed]);
  expect(calls.slice(-2).map(({ agreement, token }) => [agreement, token?.masks.cmds])).toEqual([
    ['agrees', 0x21n],
    ['agrees', undefined],
  ]);
});

test.each([
  [
    "object 'x': failed (-95) to create BPF token from '/sys/fs/bpf', skipping optional step...",
    /initial user namespace.*fails for another reason/,
    'harmless',
  ],
  ["object 'x': failed (-22) to create BPF token from '/x'", /not the root of a bpffs/, 'fatal'],
  [
    "object 'x': BPF FS at '/sys/fs/bpf' doesn't have BPF token delegation set up, skipping...",
    /delegates nothing/,
    'harmless',
  ],
  ["Kernel doesn't support BTF, skipping uploading it.", /btf_load is not delegated/, 'degrades'],
  ["prog 'x': BPF program load failed: -EPERM", /refused/, 'fatal'],
  ["Error loading .BTF into kernel: -1. BTF is mandatory, can't proceed.", /needs its BTF/, 'fatal'],
])('libbpf: %s', (message, meaning, consequence) => {
  expect(meaningOf(message)?.meaning).toMatch(meaning);
  expect(meaningOf(message)?.consequence).toBe(consequence);
});
