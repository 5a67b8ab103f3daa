import { expect, test } from 'vitest';
import { readDelegations } from '../../src/dialects/read_delegations.js';

/** What is said of a line of [Service], and what it is fixed to. */
function said(line: string, section = 'Service') {
  const text = `[${section}]\n${line}\n`;
  const { files } = readDelegations({ file: 'web.service', text }, { format: 'systemd-unit' });
  const found = files.flatMap(({ warnings }) => warnings).filter(({ code }) => code === 'unknown-setting');
  return found.map(({ message, fix }) => [message.replace(/^.*?(?:; |: )/, ''), fix?.[0]?.text]);
}

test('words that stand for a mask are of its setting', () => {
  for (const [written, meant] of [
    ['BPFDelegateCmds', 'BPFDelegateCommands'],
    ['BPFDelegateCommand', 'BPFDelegateCommands'],
    ['BPFDelegateProgs', 'BPFDelegatePrograms'],
    ['BPFDelegateAttachs', 'BPFDelegateAttachments'],
    ['BPFDelegateAttachTypes', 'BPFDelegateAttachments'],
    ['BPFDelegateMapTypes', 'BPFDelegateMaps'],
  ]) {
    expect(said(`${written}=any`)).toEqual([[`did you mean "${meant}"?`, meant]]);
  }
});

test('a fix is offered only where the name can be nothing else', () => {
  expect(said('privatebpf=yes')).toEqual([['did you mean "PrivateBPF"?', 'PrivateBPF']]);
  expect(said('DelegateNamespace=mnt')).toEqual([['did you mean "DelegateNamespaces"?', 'DelegateNamespaces']]);
  // Two letters that are swapped are one slip; two edits are a guess.
  expect(said('PrivateBFP=yes')).toEqual([['did you mean "PrivateBPF"?', 'PrivateBPF']]);
  expect(said('PrivatBFP=yes')).toEqual([['did you mean "PrivateBPF"?', undefined]]);
});

test('a fix does not replace a setting that is made', () => {
  expect(said('BPFDelegateMaps=any\nBPFDelegateMap=any')).toEqual([['did you mean "BPFDelegateMaps"?', undefined]]);
});

test('a setting of another section is told with its section', () => {
  expect(said('JobTimeoutSec=4')).toEqual([['it belongs to [Unit]', undefined]]);
  expect(said('After=a.service')).toEqual([['it belongs to [Unit]', undefined]]);
  expect(said('WantedBy=a.target')).toEqual([['it belongs to [Install]', undefined]]);
  expect(said('ListenStream=80')).toEqual([['it belongs to [Socket]', undefined]]);
  expect(said('PrivateBPF=yes', 'Unit')).toEqual([['it belongs to [Service]', undefined]]);
});

test('a setting that systemd had once is told as removed', () => {
  for (const name of ['MemoryLimit', 'Capabilities', 'CPUShares', 'BusPolicy']) {
    expect(said(`${name}=1`)).toEqual([['its support was removed', undefined]]);
  }
});
