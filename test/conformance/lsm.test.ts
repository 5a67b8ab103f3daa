import { expect, test } from 'vitest';
import { bpffs, caller, type Json, outcome, prog, replay, result, tokenCreate, use } from './records.js';

function lsm(hook: string, answer: Parameters<typeof use>[0], more: Json = {}): Json {
  return { ...use(answer, more), family: 'lsm', hook, hook_returns: -1, deny_only_if_arg: null, ...more };
}

test('bpf_token_cmd drops the token', () => {
  expect(outcome(lsm('bpf_token_cmd', 'EPERM'))).toBe('agreed');
  expect(outcome(lsm('bpf_token_cmd', 'ok'))).toBe('disagreed');
  expect(outcome(lsm('bpf_token_cmd', 'EPERM', { deny_only_if_arg: 0 }))).toBe('agreed');
  expect(outcome(lsm('bpf_token_cmd', 'ok', { deny_only_if_arg: 5 }))).toBe('agreed');
  expect(outcome(lsm('bpf_token_cmd', 'ok', { hook_returns: 0 }))).toBe('agreed');
});

test('bpf_token_capable refuses for good', () => {
  const root = { caller: caller(['BPF'], 'init') };
  expect(outcome(lsm('bpf_token_capable', 'EPERM', root))).toBe('agreed');
  expect(outcome(lsm('bpf_token_capable', 'EPERM', { ...root, deny_only_if_arg: 39 }))).toBe('agreed');
  expect(outcome(lsm('bpf_token_capable', 'ok', { ...root, deny_only_if_arg: 12 }))).toBe('agreed');
  expect(outcome(lsm('bpf_token_capable', 'ok', { ...root, token: null, token_fd: 'none' }))).toBe('agreed');
});

test('the hot path is asked as well', () => {
  expect(replay([lsm('bpf_token_cmd', 'EPERM'), lsm('bpf_token_capable', 'EPERM')]).askedOfWasm).toBe(2);
});

test('a program loaded before the LSM program keeps its token', () => {
  const attach = { ...prog(8), cmd: 'link_create', cmd_nr: 28, token_fd: 'none', caller: caller(['NET_ADMIN']) };
  expect(outcome(lsm('bpf_token_cmd', 'ok', attach))).toBe('agreed');
  expect(outcome(lsm('bpf_token_capable', 'EPERM', attach))).toBe('agreed');
});

test('bpf_token_create: its errno is returned as it is', () => {
  const create = { ...tokenCreate('EACCES'), family: 'lsm', cmd: 'token_create', cmd_nr: 36, hook: 'bpf_token_create' };
  expect(outcome({ ...create, hook_returns: -13, deny_only_if_arg: null })).toBe('agreed');
  expect(outcome({ ...create, hook_returns: -1, deny_only_if_arg: null })).toBe('disagreed');
  // As a use record has it: the instance is that of the token.
  const bare = lsm('bpf_token_create', 'EPERM', { cmd: 'token_create', cmd_nr: 36, token_fd: 'none' });
  expect(outcome(bare)).toBe('agreed');
  expect(outcome({ ...bare, hook: 'bpf_token_cmd', result: result('ok') })).toBe('agreed');
  expect(outcome({ ...bare, bpffs: bpffs('init') })).toBe('agreed');
});
