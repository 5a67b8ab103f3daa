import { describe, expect, test } from 'vitest';
import type { ErrnoName } from '../../src/abi/errno.js';
import { TOKEN_FDS, VARIANTS } from '../../src/conformance/record.js';
import { caller, FOUR, type Json, outcome, prog, replay, token, use } from './records.js';

type Answer = 'ok' | ErrnoName;

/** The answer agrees, and no other that could be mistaken for it does, but for one the format's words allow too. */
function expectOnly(answer: Answer, more: Json, allowed?: Answer): void {
  expect(outcome(use(answer, more)), `${answer} agrees`).toBe('agreed');
  expect(replay([use(answer, more)]).otherReadings).toBe(0);
  if (allowed !== undefined) expect(replay([use(allowed, more)]).otherReadings).toBe(1);
  for (const other of ['ok', 'EPERM', 'EBADF', 'E2BIG'] as const) {
    if (other !== answer && other !== allowed)
      expect(outcome(use(other, more)), `${other} instead of ${answer}`).toBe('disagreed');
  }
}

describe('every token_fd mode', () => {
  const modes: Record<string, Answer> = {
    none: 'EPERM',
    token: 'ok',
    flag_unset_fd_set: 'EPERM',
    closed: 'EBADF',
    negative: 'EBADF',
    not_token_devnull: 'EINVAL',
    not_token_bpffs_dir: 'EINVAL',
    not_token_map: 'EINVAL',
    opath_token: 'EBADF',
    flag_set_fd0: 'EINVAL',
  };

  test.each(TOKEN_FDS)('%s', (token_fd) => {
    expectOnly(modes[token_fd] as Answer, { token_fd }, token_fd === 'flag_set_fd0' ? 'EBADF' : undefined);
    expect(outcome(use(modes[token_fd] as Answer, { token_fd, kernel: '6.12.1' }))).toBe('agreed');
  });

  test('a command that refuses tokens finds the flag and the field', () => {
    const byId = { cmd: 'map_get_fd_by_id', cmd_nr: 14, caller: caller(FOUR, 'init') };
    expectOnly('EINVAL', { ...byId, token_fd: 'token' }, 'ok');
    expectOnly('EINVAL', { ...byId, token_fd: 'flag_unset_fd_set' }, 'ok');
    expectOnly('ok', { ...byId, token_fd: 'none', token: null });
    const btf = { cmd: 'btf_get_fd_by_id', cmd_nr: 19, caller: caller(['SYS_ADMIN']) };
    expectOnly('ok', btf);
    expectOnly('EINVAL', { ...btf, kernel: '6.12.1' });
    expectOnly('EINVAL', { ...btf, kernel: '6.12.1', token_fd: 'flag_unset_fd_set' });
  });
});

describe('every variant', () => {
  const root = { caller: caller(FOUR, 'init'), token: null, token_fd: 'none' };
  const nobody = { caller: caller([], 'u1'), token: null, token_fd: 'none' };
  const btfLoad = { cmd: 'btf_load', cmd_nr: 18 };
  const byId = { cmd: 'prog_get_fd_by_id', cmd_nr: 13 };
  const nextId = { cmd: 'prog_get_next_id', cmd_nr: 11 };
  const STACK_TRACE = { map_type: 7 };
  const XDP = prog(6, 37);
  const TRACING = prog(26, 24);

  /** For who may do it, and for who may not. */
  const answers: [(typeof VARIANTS)[number], Json, Answer, Answer][] = [
    ['plain', {}, 'ok', 'EPERM'],
    ['attr_tail_nonzero', {}, 'EINVAL', 'EINVAL'],
    ['attr_nonzero_past_union', {}, 'E2BIG', 'E2BIG'],
    ['map_zero_seed', {}, 'ok', 'EPERM'],
    ['map_zero_seed', { map_type: 2 }, 'EINVAL', 'EINVAL'],
    ['map_zero_seed', { map_type: 30 }, 'ok', 'EPERM'],
    ['map_bad_key_size', {}, 'EINVAL', 'EINVAL'],
    ['map_bad_key_size', STACK_TRACE, 'EINVAL', 'EPERM'],
    ['map_rdonly_wronly', {}, 'EINVAL', 'EPERM'],
    ['map_rdonly_wronly', { map_type: 28 }, 'EINVAL', 'EINVAL'],
    ['map_rdonly_wronly', { kernel: '6.18.1' }, 'EINVAL', 'EINVAL'],
    ['map_unknown_flag', {}, 'EINVAL', 'EINVAL'],
    ['map_unknown_flag', STACK_TRACE, 'EINVAL', 'EPERM'],
    ['map_extra', {}, 'EINVAL', 'EINVAL'],
    ['map_extra', { map_type: 30 }, 'ok', 'EPERM'],
    ['prog_insn_cnt_0', XDP, 'E2BIG', 'EPERM'],
    ['prog_unknown_flag', XDP, 'EINVAL', 'EINVAL'],
    ['prog_5000_insns', XDP, 'ok', 'EPERM'],
    ['prog_attach_btf_id', XDP, 'EINVAL', 'EPERM'],
    ['prog_attach_btf_id', TRACING, 'ok', 'EPERM'],
    ['btf_bad_magic', btfLoad, 'EINVAL', 'EPERM'],
    ['btf_unknown_flag', btfLoad, 'EINVAL', 'EINVAL'],
    ['id_missing', byId, 'ENOENT', 'EPERM'],
    ['id_start_max', nextId, 'EINVAL', 'EINVAL'],
  ];

  test('is here', () => {
    expect([...new Set(answers.map(([variant]) => variant))]).toEqual([...VARIANTS]);
  });

  test.each(answers)('%s of %j', (variant, what, privileged, unprivileged) => {
    const isOpen = variant === 'map_bad_key_size' && what !== STACK_TRACE;
    expectOnly(privileged, { ...what, ...root, variant }, isOpen ? 'ok' : undefined);
    expectOnly(unprivileged, { ...what, ...nobody, variant }, isOpen ? 'EPERM' : undefined);
  });

  test('5,000 instructions are too many without CAP_BPF', () => {
    const socketFilter = { ...prog(1), sysctl_unprivileged_bpf_disabled: 0, variant: 'prog_5000_insns' };
    expectOnly('E2BIG', { ...socketFilter, ...nobody });
  });

  test("a fault of the attributes hides a descriptor's, which hides one found after permission", () => {
    expectOnly('EINVAL', { variant: 'map_unknown_flag', token_fd: 'closed' });
    expectOnly('EBADF', { ...btfLoad, variant: 'btf_bad_magic', token_fd: 'closed' });
  });
});

test('programs bring the token they were loaded with', () => {
  const attach = { ...prog(8), cmd: 'prog_attach', cmd_nr: 8, token_fd: 'none', prog_loaded_with_token: true };
  expect(outcome(use('ok', { ...attach, caller: caller(['NET_ADMIN']) }))).toBe('agreed');
  expect(outcome(use('EPERM', { ...attach, caller: caller(['NET_ADMIN']) }))).toBe('disagreed');
  expect(outcome(use('EINVAL', { ...attach, caller: caller([]) }))).toBe('agreed');
  expectOnly('EPERM', { ...attach, cmd: 'link_create', cmd_nr: 28, caller: caller([]) });
});

test('OTHERS are capabilities that bpf() does not ask for', () => {
  expectOnly('EPERM', { caller: caller(['OTHERS']) });
  expectOnly('ok', { caller: caller(['OTHERS', 'SYS_ADMIN']) });
});

test('a tree is read in any order, with or without the initial namespace', () => {
  const tree = [
    { ns: 'u2', parent: 'u1', level: 2, owner_uid: 7 },
    { ns: 'u1', parent: 'init', level: 1, owner_uid: 1000 },
  ];
  // The owner of u1 from the initial namespace has every capability in u2.
  expectOnly('ok', { tree, token: token({}, 'u2'), caller: caller([], 'init', 1000) });
  expectOnly('EPERM', { tree, token: token({}, 'u2'), caller: caller([], 'init', 7) });
});

test('the profile is that of the kernel, or the one that is forced', async () => {
  const { profileNamed } = await import('../../src/kernel/profile.js');
  const record = use('ok', { caller: caller(FOUR, 'init') });
  expect([...replay([record]).profiles.keys()]).toEqual(['linux-7.3']);
  expect([...replay([record], { profile: profileNamed('linux-6.12') }).profiles.keys()]).toEqual(['linux-6.12']);
});

test('cases of several kernels and sysctls are kept apart', () => {
  const unprivileged = { caller: caller([]), token: null, token_fd: 'none' };
  const records = [0, 1, 2].flatMap((sysctl) =>
    ['6.9.1', '6.18.2', '7.3.0'].map((kernel) =>
      use(sysctl === 0 ? 'ok' : 'EPERM', { ...unprivileged, kernel, sysctl_unprivileged_bpf_disabled: sysctl }),
    ),
  );
  const stats = replay(records);
  expect(stats).toMatchObject({ cases: 9, disagreed: 0, askedOfWasm: 9 });
});

test('a recording may say less: commands by name alone, nothing of a program that is attached, results without a room', () => {
  expectOnly('ok', { cmd: 'BPF_MAP_CREATE', cmd_nr: undefined });
  const attach = { cmd: 'prog_attach', cmd_nr: 8, map_type: undefined, token: null, token_fd: 'none' };
  expect(outcome(use('EBADF', attach))).toBe('attach target');
  expect(outcome(use('ok', { result: undefined, ok: false, errno: 1, error: 'EPERM', caller: caller([]) }))).toBe(
    'agreed',
  );
});
