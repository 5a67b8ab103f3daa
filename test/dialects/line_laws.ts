import { expect } from 'vitest';
import type { Reading } from '../../src/dialects/read_delegations.js';
import { linesOf, type Source } from '../../src/dialects/source_text.js';

/** What holds of every reading of a text, whatever is in it. */
export function expectFullAccount(source: Source, reading: Reading): void {
  const { files } = reading;
  expect(files.map(({ file }) => file)).toEqual([source.file]);
  // One list for all: an expect() for each of many places takes longer than reading does.
  expect([...brokenLaws(source, reading)]).toEqual([]);
}

function* brokenLaws({ file, text }: Source, { files, delegations }: Reading): Iterable<unknown> {
  const lines = linesOf(text);
  const { status, warnings, lines: notes } = files[0] as Reading['files'][number];
  if (notes.length !== lines.length || notes.some(({ line }, i) => line !== i + 1)) yield ['lines', notes];
  for (const warning of warnings) {
    const { line, column, message } = warning;
    const isInText = line >= 1 && line <= Math.max(lines.length, 1);
    const isInLine = column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1;
    if (!isInText || !isInLine) yield ['a warning outside of the text', warning];
    if (message === 'this line was not read') yield ['a line without a note', warning];
  }
  const warned = new Set(warnings.map(({ line }) => line));
  for (const note of notes) {
    if (note.about === '') yield ['a note that says nothing', note];
    if (status !== 'failed' && (note.kind === 'warning') !== warned.has(note.line)) yield ['a note of a warning', note];
  }
  if ((status === 'passed') !== (warnings.length === 0)) yield ['status', status, warnings];
  for (const { masks } of delegations) {
    for (const [mask, { bits, origins }] of Object.entries(masks)) {
      // Each bit has its place, once, and the text that stands there.
      if (origins.reduce((all, { bit }) => all | (1n << BigInt(bit)), 0n) !== bits) yield ['bits', mask, bits, origins];
      if (new Set(origins.map(({ bit }) => bit)).size !== origins.length) yield ['a bit with two places', mask];
      for (const { at, written } of origins) {
        const shown = lines[at.line - 1]?.slice(at.column - 1, at.column - 1 + at.length) ?? '';
        const isThere = shown.replace(/^["']/, '').includes(written.slice(0, 1));
        if (at.file !== file || !isThere) yield ['the place of a bit', mask, at, written];
      }
    }
  }
}
