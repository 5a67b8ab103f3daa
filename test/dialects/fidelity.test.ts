import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { countLines } from '../../src/dialects/count_lines.js';
import { detectFormat } from '../../src/dialects/detect_format.js';
import { FORMAT_NAMES } from '../../src/dialects/formats.js';
import { type Reading, readDelegations } from '../../src/dialects/read_delegations.js';
import { lint } from '../../src/lint/lint.js';
import { lineCountsText } from '../../src/report/line_counts_text.js';
import { PLAIN } from '../../src/report/style.js';
import { cases } from '../cases.js';
import { GRAMMAR } from './grammar.js';
import { expectFullAccount } from './line_laws.js';

const readings: Reading[] = [];
afterAll(() => {
  if (process.env.FIDELITY_TABLE) console.info(lineCountsText(countLines(readings), PLAIN));
});

describe.each(FORMAT_NAMES)('%s', (format) => {
  test('every line of files made by grammar is understood, irrelevant by a rule, or warned about', () => {
    const kinds = new Map<string, number>();
    fc.assert(
      fc.property(GRAMMAR[format], (text) => {
        const source = { file: 'web.service', text };
        const reading = readDelegations(source, { format });
        expectFullAccount(source, reading);
        readings.push(reading);
        for (const { kind } of reading.files[0]?.lines ?? []) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        // What a reader warns of is a finding of the linter, and no finding stands outside of the text.
        const { findings } = lint(source, { format });
        const told = findings.map(({ line, column, message }) => `${line}:${column} ${message}`);
        for (const { line, column, message } of reading.files[0]?.warnings ?? [])
          expect(told).toContain(`${line}:${column} ${message}`);
      }),
      { numRuns: cases(20, 1_000) },
    );
    // Of few files, each line that says something may have a warning.
    expect((kinds.get('understood') ?? 0) + (kinds.get('warning') ?? 0)).toBeGreaterThan(0);
  });

  test('the format is told by the content', () => {
    const texts = fc.sample(GRAMMAR[format], { numRuns: 40, seed: 1 });
    const told = texts.filter((text) => detectFormat(text) === format);
    // A text that says nothing of a delegation can be of several formats.
    expect(told.length).toBeGreaterThan(30);
  });
});
