import { expect, test } from 'vitest';
import { distinctNames, meantDelegation } from '../../src/dialects/meant_delegation.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';

const delegationsOf = (text: string) => readDelegations({ file: 'f', text }).delegations;

test('a name that several delegations have stood for the last without a word', () => {
  const run = (masks: string) => `systemd-run -p PrivateBPF=yes -p DelegateNamespaces=mnt ${masks} x\n`;
  const two = delegationsOf(run('-p BPFDelegateMaps=any') + run('-p BPFDelegateCommands=any'));
  expect(meantDelegation(two, 'systemd-run.service')).toBe('several');
  expect(distinctNames(two)).toEqual(['systemd-run.service#1', 'systemd-run.service#2']);
  expect(meantDelegation(two, 'systemd-run.service#1')).toBe(two[0]);
  expect(meantDelegation(two, 'systemd-run.service#2')).toBe(two[1]);
  expect(meantDelegation(two, 'systemd-run.service#3')).toBe('unknown_name');
});

test('of mounts at one place the one on top is meant', () => {
  const line = (id: number, parent: number) =>
    `${id} ${parent} 0:${id} / /sys/fs/bpf rw - bpf none rw,delegate_cmds=any\n`;
  const stacked = delegationsOf(line(30, 1) + line(31, 30));
  expect(meantDelegation(stacked, '/sys/fs/bpf')).toBe(stacked[1]);
  // Of two mount namespaces, neither is over the other.
  const apart = delegationsOf(line(30, 1) + line(31, 2));
  expect(meantDelegation(apart, '/sys/fs/bpf')).toBe('several');
  expect(meantDelegation(apart, '/sys/fs/bpf#1')).toBe(apart[0]);
});
