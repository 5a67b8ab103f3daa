import { describe, expect, test } from 'vitest';
import { ANY, bpffs, caller, FOUR, outcome, tokenCreate } from './records.js';

test('a token shows the masks it was made with', () => {
  expect(outcome(tokenCreate('ok'))).toBe('agreed');
  const fdinfo = { allowed_cmds: '0x3', allowed_maps: 'any', allowed_progs: '0x0', allowed_attachs: '0x0' };
  expect(outcome(tokenCreate('ok', { fdinfo }))).toBe('disagreed');
  const text = 'pos:\t0\nallowed_cmds:\t0x1\nallowed_maps:\tany\nallowed_progs:\t0x0\nallowed_attachs:\t0x0\n';
  expect(outcome(tokenCreate('ok', { fdinfo: text }))).toBe('agreed');
  const info = { allowed_cmds: '0x1', allowed_maps: '0x1', allowed_progs: '0x0', allowed_attachs: '0x0' };
  expect(outcome(tokenCreate('ok', { info }))).toBe('disagreed');
  expect(outcome(tokenCreate('ok', { info: null }))).toBe('disagreed');
  expect(outcome(tokenCreate('ok', { info: null, kernel: '6.12.1' }))).toBe('agreed');
  expect(outcome(tokenCreate('ok', { kernel: '6.12.1' }))).toBe('disagreed');
});

describe('the order of the checks', () => {
  test.each([
    ['EPERM', 'another namespace', { caller: caller(FOUR, 'init') }],
    ['EPERM', 'CAP_SYS_ADMIN alone', { caller: caller(['SYS_ADMIN']) }],
    ['EOPNOTSUPP', 'the initial namespace', { caller: caller(FOUR, 'init'), bpffs: bpffs('init') }],
    ['ENOENT', 'no delegation', { bpffs: bpffs('u1', '0x0', '0x0') }],
    ['EINVAL', 'flags', { flags: 1, fd_kind: 'closed' }],
    ['EINVAL', 'a stray byte', { attr_size: 64, nonzero_byte_at: 40, fd_kind: 'closed' }],
    ['E2BIG', 'a byte past the union', { attr_size: 176, nonzero_byte_at: 170, flags: 1 }],
    ['E2BIG', 'more than a page', { attr_size: 4097 }],
    ['E2BIG', 'a byte past a smaller union', { attr_size: 168, nonzero_byte_at: 160, kernel: '6.12.1' }],
    ['EINVAL', 'the same byte in a larger one', { attr_size: 168, nonzero_byte_at: 160, kernel: '6.18.1' }],
    ['EINVAL', 'no room for the descriptor', { attr_size: 4 }],
    ['EINVAL', 'nothing at all', { attr_size: 0, flags: 0xffff }],
  ] as const)('%s: %s', (errno, _why, more) => {
    expect(outcome(tokenCreate(errno, more))).toBe('agreed');
    expect(outcome(tokenCreate('ok', more))).toBe('disagreed');
  });

  test('a byte past what is handed over is not seen', () => {
    expect(outcome(tokenCreate('ok', { attr_size: 16, nonzero_byte_at: 20 }))).toBe('agreed');
  });
});

test.each([
  ['bpffs_root', 'ok'],
  ['bpffs_root_bind', 'ok'],
  ['bpffs_root_bind_ro', 'ok'],
  ['bpffs_subdir', 'EINVAL'],
  ['bpffs_subdir_bind', 'EINVAL'],
  ['opath', 'EBADF'],
  ['bpffs_mount_fd', 'EBADF'],
  ['closed', 'EBADF'],
  ['negative', 'EBADF'],
  ['map_fd', 'EINVAL'],
  ['token_fd', 'EINVAL'],
  ['tmpfs_root', 'EINVAL'],
  ['something_else', 'EINVAL'],
] as const)('fd_kind %s: %s', (fd_kind, errno) => {
  expect(outcome(tokenCreate(errno, { fd_kind }))).toBe('agreed');
});

test('mode bits refuse no caller', () => {
  expect(outcome(tokenCreate('ok', { bpffs: { ...bpffs(), mode: 0 } }))).toBe('agreed');
  expect(outcome(tokenCreate('ok', { bpffs: { ...bpffs('u1', '0x1', ANY), mode: '0000' } }))).toBe('agreed');
});
