import { expect } from 'vitest';
import type { Reading } from '../../src/dialects/read_delegations.js';
import { linesOf, type Source } from '../../src/dialects/source_text.js';

/** What holds of every reading of a text, whatever is in it. */
export function expectFullAccount(source: Source, { files, delegations }: Reading): void {
  const lines = linesOf(source.text);
  const [account] = files;
  expect(files.map(({ file }) => file)).toEqual([source.file]);
  expect(account?.lines.map(({ line }) => line)).toEqual(lines.map((_, i) => i + 1));
  const warned = new Set(account?.warnings.map(({ line }) => line));
  for (const { line, column, message } of account?.warnings ?? []) {
    expect(message).not.toBe('this line was not read');
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(Math.max(lines.length, 1));
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
  }
  for (const { line, kind, about } of account?.lines ?? []) {
    expect(about).not.toBe('');
    if (account?.status !== 'failed') expect(kind === 'warning').toBe(warned.has(line));
  }
  expect(account?.status === 'passed').toBe(account?.warnings.length === 0);
  for (const { masks } of delegations) {
    for (const { bits, origins } of Object.values(masks)) {
      // Each bit has its place, once, and the text that stands there.
      expect(origins.reduce((all, { bit }) => all | (1n << BigInt(bit)), 0n)).toBe(bits);
      expect(new Set(origins.map(({ bit }) => bit)).size).toBe(origins.length);
      for (const { at, written } of origins) {
        expect(at.file).toBe(source.file);
        const shown = lines[at.line - 1]?.slice(at.column - 1, at.column - 1 + at.length) ?? '';
        expect(shown.replace(/^["']/, '')).toContain(written.slice(0, 1));
      }
    }
  }
}
