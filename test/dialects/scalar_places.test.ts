import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Document, Scalar } from 'yaml';
import { LineAccount } from '../../src/dialects/line_account.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { readYaml, scalarAt } from '../../src/dialects/read_yaml.js';
import { placesOf, splitPlaced } from '../../src/dialects/source_text.js';
import { applyFixes } from '../../src/lint/apply_fixes.js';
import { lint } from '../../src/lint/lint.js';
import { cases } from '../cases.js';

const STYLES = [
  Scalar.PLAIN,
  Scalar.QUOTE_SINGLE,
  Scalar.QUOTE_DOUBLE,
  Scalar.BLOCK_FOLDED,
  Scalar.BLOCK_LITERAL,
] as const;
const anyText = fc
  .array(
    fc.constantFrom('map_create', ',', ', ', ':', ' ', '\n', '\n\n', '  ', "'", '"', '\\', 'é', '😀', '\t', '\u0001'),
    {
      minLength: 1,
      maxLength: 24,
    },
  )
  .map((parts) => parts.join(''));

function read(text: string) {
  const account = new LineAccount({ file: 'f', text });
  const document = readYaml(text, 'text', account);
  if (!document) return undefined;
  const value = (document.data as { config: { key: unknown } }).config.key;
  return { account, value, placed: scalarAt(document, ['config', 'key'], value, account) };
}

describe('a scalar of YAML', () => {
  test('each letter of it stands where it is written, in any style of quotes, folded or not', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...STYLES), fc.constantFrom(0, 20), (given, style, lineWidth) => {
        const document = new Document({ config: { key: given, next: 1 } });
        (document.getIn(['config', 'key'], true) as Scalar).type = style;
        const found = read(
          document.toString({ lineWidth, blockQuote: style === Scalar.BLOCK_LITERAL ? 'literal' : 'folded' }),
        );
        // The library writes another text, or a map, where a style cannot express the text.
        fc.pre(typeof found?.value === 'string');
        const text = String(found?.value);
        expect(found?.placed.text).toBe(text);
        const places = placesOf(found?.placed ?? { text: '', at: { file: '', line: 1, column: 1, length: 0 } });
        expect(places).toHaveLength(text.length);
        const lines = found?.account.lines ?? [];
        for (const [i, { line, column }] of places.entries()) {
          const rest = lines[line - 1]?.text.slice(column - 1) ?? '';
          const unit = text[i] as string;
          if (/[a-z_,:é]/.test(unit)) expect(rest.startsWith(unit)).toBe(true);
          else if (/['"\\]/.test(unit)) expect(rest.startsWith(unit) || rest.startsWith('\\')).toBe(true);
        }
      }),
      { numRuns: cases(200, 50_000) },
    );
  });

  test.each(['"', "'"])('a no-break space beside a fold was stepped over as white space: %s', (sign) => {
    const found = read(`config:\n  key: ${sign}a\u00a0 \n    \u00a0b:c${sign}\n`);
    expect(found?.value).toBe('a\u00a0 \u00a0b:c');
    expect(placesOf(found?.placed as NonNullable<typeof found>['placed'])).toEqual([
      { line: 2, column: 9 },
      { line: 2, column: 10 },
      { line: 2, column: 11 },
      { line: 3, column: 5 },
      { line: 3, column: 6 },
      { line: 3, column: 7 },
      { line: 3, column: 8 },
    ]);
  });

  test('a piece before a fold ended past its line', () => {
    const found = read('config:\n  key: "a:b\n    :c"\n');
    expect(found?.value).toBe('a:b :c');
    const [, second] = splitPlaced(found?.placed as NonNullable<typeof found>['placed'], ':');
    expect(second).toMatchObject({ text: 'b ', at: { line: 2, column: 11, length: 1 } });
  });

  test('an alias stands where its anchor is; a number is the text that is written', () => {
    const alias = read('a: &a "xdp"\nconfig:\n  key: *a\n');
    expect(alias?.placed).toMatchObject({ text: 'xdp', at: { line: 1, column: 8, length: 3 } });
    expect(read('config:\n  key: 0x20\n')?.placed).toMatchObject({
      text: '0x20',
      at: { line: 2, column: 8, length: 4 },
    });
  });

  test.each([
    ['"', '"'],
    ["'", "'"],
    ['', ''],
    ['|-\n    ', ''],
    ['>-\n    ', ''],
  ])('a name in %j that is mended keeps what is around it', (open, close) => {
    const text = `config:\n  security.delegate_bpf: "true"\n  security.delegate_bpf.cmd_types: ${open}prog_lod:map_create${close}\n`;
    const source = { file: 'f.yaml', text };
    const { text: mended } = applyFixes(source, lint(source).findings);
    expect(mended).toBe(text.replace('prog_lod', 'prog_load'));
    expect(readDelegations({ file: 'f.yaml', text: mended }).delegations[0]?.masks.cmds.bits).toBe(0x21n);
  });
});
