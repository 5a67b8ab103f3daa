import { describe, expect, test } from 'vitest';
import { lint } from '../../src/lint/lint.js';

const UNIT = [
  '[Service]',
  'PrivateBPF=yes',
  'DelegateNamespaces=mnt',
  'BPFDelegateCommands=BPFProgLoad',
  'BPFDelegateAttachments=BPFCgroupInetIngress',
];
const codesOf = (file: string, text: string) => lint({ file, text }).findings.map(({ code }) => code);

describe('a mask is not called incomplete where a reader lost a name of it', () => {
  test('without program types prog_load has nothing to load', () => {
    expect(codesOf('web.service', UNIT.join('\n'))).toContain('command-without-types');
  });

  test.each([
    ['BPFDelegatePrograms=BPFProgTypeCgroupSkbb', 'misspelt-name'],
    ['BPFDelegatePrograms=cgroup_skb', 'name-with-prefix'],
    ['BPFDelegatePrograms=BPFProgTypeSocketFilter, BPFProgTypeCgroupSkb', 'space-in-list'],
    ['BPFDelegatePrograms=BPFProgTypeXdp:BPFProgTypeCgroupSkb', 'colon-between-names'],
    ['BPFDelegatePrograms=BPFProgTypeCgroupSkb # all', 'trailing-comment'],
    ['BPFDelegateProgram=BPFProgTypeCgroupSkb', 'unknown-setting'],
    ['[Servce]\nBPFDelegatePrograms=BPFProgTypeCgroupSkb', 'unknown-section'],
  ])('%j: only %s', (line, code) => {
    expect(codesOf('web.service', [...UNIT, line].join('\n'))).toEqual([code]);
  });

  test('nor where a container has a key that its manager does not know', () => {
    const text = `config:\n  security.bpffs.delegate_cmds: prog_load\n  security.bpffs.delegate_attachs: cgroup_inet_ingress\n`;
    expect(codesOf('c.yaml', text)).toContain('command-without-types');
    expect(codesOf('c.yaml', `${text}  security.bpffs.delegate_prog: cgroup_skb\n`)).toEqual(['unknown-key']);
  });
});
