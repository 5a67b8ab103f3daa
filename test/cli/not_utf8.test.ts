import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOfUtf8, textOfBytes } from '../../src/cli/text_of_bytes.js';
import { cases } from '../cases.js';
import { inProcess } from './run_cli.js';
import { temporaryFiles } from './temporary_files.js';

const { file } = temporaryFiles('not-utf8');

function bytesFile(path: string, ...parts: readonly (string | number)[]): string {
  const name = file(path, '');
  writeFileSync(
    name,
    Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part)))),
  );
  return name;
}

test('--fix rewrote bytes that are not UTF-8 on lines that it does not fix', async () => {
  const path = bytesFile(
    'fstab',
    '//srv/caf',
    0xe9,
    ' /mnt/c cifs ro 0 0\nnone /run/b bpf delegate_cmds=map_create,prog_load 0 0\n',
  );
  const before = readFileSync(path);
  const { code, stderr } = await inProcess(['lint', '--fix', path]);
  expect(code).toBe(2);
  expect(stderr).toContain('--fix needs a file in UTF-8: this one has other bytes');
  expect(readFileSync(path).equals(before)).toBe(true);
  // Without --fix it is read.
  expect((await inProcess(['lint', path])).stdout).toContain('comma-between-names');
});

test('a unit with bytes that are not UTF-8 was read as if systemd loaded it; in a comment they are harmless', async () => {
  const rest =
    '\n[Service]\nExecStart=/bin/true\nPrivateBPF=yes\nDelegateNamespaces=mnt\nBPFDelegateCommands=BPFProgLoad\n';
  const bad = bytesFile('bad.service', '[Unit]\nDescription=caf', 0xe9, rest);
  expect((await inProcess(['lint', bad])).stdout).toContain('refused-unit');
  const comment = bytesFile('comment.service', '[Unit]\n# caf', 0xe9, rest);
  expect((await inProcess(['lint', comment])).stdout).not.toContain('refused-unit');
  // U+FFFD itself is a character.
  const replacement = bytesFile('replacement.service', '[Unit]\nDescription=caf\ufffd', rest);
  expect((await inProcess(['lint', replacement])).stdout).not.toContain('refused-unit');
});

test('bytes as text: text comes back, and each byte that is none of UTF-8 is one unit', () => {
  const bytes = fc.array(fc.oneof(fc.uint8Array({ maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 4 })), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(bytes, (parts) => {
      const given = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
      const text = textOfBytes(given);
      const back = Buffer.concat(
        [...text].map((character) => {
          const unit = character.charCodeAt(0);
          const isByte = character.length === 1 && unit >= 0xdc80 && unit <= 0xdcff;
          return isByte ? Buffer.of(unit - 0xdc00) : Buffer.from(character);
        }),
      );
      expect(back.equals(given)).toBe(true);
      expect(isOfUtf8(text)).toBe(Buffer.from(given.toString('utf8')).equals(given));
    }),
    { numRuns: cases(100, 5_000) },
  );
});
