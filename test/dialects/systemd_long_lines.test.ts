import { expect, test } from 'vitest';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { expectFullAccount } from './line_laws.js';

const MIB = 1024 * 1024;
const START = '[Service]\nExecStart=/bin/web\nPrivateBPF=yes\nDelegateNamespaces=mnt\nBPFDelegateMaps=any\n';

function codes(line: string) {
  const source = { file: 'web.service', text: `${START}${line}\nBPFDelegateMaps=\n` };
  const reading = readDelegations(source, { format: 'systemd-unit' });
  expectFullAccount(source, reading);
  return reading.files.flatMap(({ warnings }) => warnings.map(({ code, line: at }) => `${code} ${at}`));
}

test('a line of 1 MiB refuses the unit, a comment too', () => {
  expect(codes(`X-a=${'x'.repeat(MIB - 4)}`)).toEqual(['refused-unit 6']);
  expect(codes(`#${'x'.repeat(MIB - 1)}`)).toEqual(['refused-unit 6']);
  expect(codes(`X-a=${'é'.repeat(MIB / 2 - 2)}`)).toEqual(['refused-unit 6']);
  expect(codes(`X-a=${'x'.repeat(MIB - 5)}`)).toEqual([]);
});

test('so do lines that are more than 1 MiB together', () => {
  const half = 'x'.repeat(MIB / 2);
  expect(codes(`X-a=${half}\\\n${half}`)).toEqual(['refused-unit 6']);
  expect(codes(`X-a=${half.slice(6)}\\\n${half}`)).toEqual([]);
});
