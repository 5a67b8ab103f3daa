import { describe, expect, test } from 'vitest';
import { readDelegations } from '../../src/dialects/read_delegations.js';

describe('the time grew with the square of the lines: 60,000 took minutes', () => {
  const COUNT = 20_000;
  const lines = (line: (i: number) => string) => Array.from({ length: COUNT }, (_, i) => line(i)).join('');

  test.each([
    ['mountinfo', lines((i) => `${i + 2} 1 0:${i} / /m/${i} rw - bpf none rw,delegate_cmds=any\n`)],
    ['mountinfo', lines((i) => `${i + 2} ${i + 1} 0:${i} / /m rw - bpf none rw,delegate_cmds=any\n`)],
    ['fstab', lines((i) => `none /m/${i} bpf delegate_cmds=any 0 0\n`)],
    ['incus', `config:\n${lines((i) => `  user.k${i}: v\n`)}`],
    ['incus', `config:\n${lines((i) => `  security.bpffs.delegate_k${i}: v\n`)}`],
    ['mount-command', lines((i) => `true && mount -t bpf none /m/${i} -o delegate_cmds=any\n`)],
    ['systemd-unit', `[Service]\n${lines((i) => `BPFDelegateK${i}=any\n`)}`],
  ] as const)('%s (%#)', (format, text) => {
    const [account] = readDelegations({ file: 'f', text }, { format }).files;
    expect(account?.lines.length).toBe(text.split('\n').length - 1);
  });
});
