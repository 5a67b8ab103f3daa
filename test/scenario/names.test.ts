import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { RequestOptions } from '../../src/cli/request_options.js';
import { requestFromOptions } from '../../src/cli/request_options.js';
import { parseScenario, ScenarioError } from '../../src/scenario/parse_scenario.js';
import { scenarioText } from '../../src/scenario/write_scenario.js';
import { csvField, jsonString, readableIds } from '../../src/tables/text/request_text.js';
import { cases, oneOf } from '../cases.js';
import { inProcess } from '../cli/run_cli.js';

const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-names-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** Names as people have them. */
const NAMES = [
  '3f2a9c41d07e',
  '12345678e001',
  '4e5212345678',
  '1.50',
  '12-web',
  '0x1fz',
  '_',
  'käfer',
  'データ',
  'задача-1',
  'हिन्दी',
  '१२३',
  'a@b:c/d+e',
];
const REFUSED = [
  '12',
  '007',
  '0x1f',
  '0o17',
  '',
  ' ',
  'a b',
  '-a',
  '.a',
  'a\u200db',
  '\u3164',
  '\u0301a',
  '🐝',
  '#1',
  'a,b',
  'a"b',
];

/** A scenario in JSON, or in YAML without quotes. */
const text = (name: string, quote: (text: string) => string): string => `
profile: linux-6.12
userns: { ${quote(name)} : { owner: 1000 } }
bpffs: { ${quote(name)} : { userns: ${quote(name)}, delegate_cmds: any, delegate_maps: any } }
tasks: { ${quote(name)} : { userns: ${quote(name)}, euid: 1000, caps: all } }
tokens: { ${quote(name)} : { bpffs: ${quote(name)}, creator: ${quote(name)} } }
requests: [{ task: ${quote(name)}, token: ${quote(name)}, cmd: map_create, map_type: array, expect: allowed }]
`;

const start = fc.constantFrom(...'azAZ09_éßあデЖ漢१');
const rest = fc.constantFrom(...'azAZ09_.-@:/+éßあデЖ漢१\u094d\u0323');
/** Names that the grammar takes. */
const name = fc
  .tuple(start, fc.array(rest, { maxLength: 20 }))
  .map(([first, more]) => [first, ...more].join('').normalize('NFC'))
  .filter((made) => !/^(?:\d+|0x[\da-f]+|0o[0-7]+)$/i.test(made));

describe('names as people have them, such as container ids that begin with a digit, were refused', () => {
  test.each(NAMES)('%s', (given) => {
    for (const quote of [JSON.stringify, (plain: string) => plain]) {
      const { world, requests } = parseScenario(text(given, quote));
      expect([world.tasks, world.tokens, world.bpffs].map(([row]) => row?.name)).toEqual([given, given, given]);
      expect(world.userns[1]?.name).toBe(given);
      expect(requests).toHaveLength(1);
    }
  });

  test('any name of the grammar is referred to, written to a file and asked for by an option', () => {
    fc.assert(
      fc.property(name, (given) => {
        const scenario = parseScenario(text(given, JSON.stringify));
        const { world, requests } = scenario;
        const [{ request }] = requests as [(typeof requests)[number]];
        const options = { task: given, token: given, cmd: 'map_create', mapType: 'array' } as RequestOptions;
        expect(requestFromOptions(scenario, options).request).toEqual(request);
        const written = scenarioText(world, [request]);
        expect(written.caveats).toEqual([]);
        expect(parseScenario(written.text).world.tasks).toEqual(world.tasks);
      }),
      { numRuns: cases(30, 100) },
    );
  });

  test('the writers of CSV and NDJSON write such names as they are, and the readers know them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), (given) => {
        expect(readableIds(given)).toEqual(given);
        for (const made of given) expect([csvField(made), JSON.parse(jsonString(made))]).toEqual([made, made]);
      }),
    );
  });

  test.each(oneOf(2, ['csv', 'ndjson', 'arrow', 'arrows', 'parquet']))(
    '%s: a table of such names is read back',
    async (format) => {
      const file = join(temporary, 's.json');
      const caps = 'all';
      const entries = (entry: (given: string) => object) =>
        Object.fromEntries(NAMES.map((given) => [given, entry(given)]));
      const scenario = {
        profile: 'linux-6.12',
        userns: entries(() => ({ owner: 1000 })),
        bpffs: entries((userns) => ({ userns, delegate_cmds: 'any', delegate_maps: 'any' })),
        tasks: entries((userns) => ({ userns, euid: 1000, caps })),
        tokens: entries((bpffs) => ({ bpffs, creator: bpffs })),
      };
      writeFileSync(file, JSON.stringify(scenario));
      const [table, verdicts, again] = ['t', 'v', 'w'].map((stem) => join(temporary, `${stem}.${format}`)) as [
        string,
        string,
        string,
      ];
      const out = join(temporary, `${format}.csv`);
      for (const args of [
        ['generate', file, '--rows', String(cases(500, 2000)), '--out', table],
        ['eval', file, '--requests', table, '--out', verdicts],
        ['eval', file, '--requests', verdicts, '--out', again],
        ['eval', file, '--requests', again, '--out', out],
      ]) {
        const { code, stderr } = await inProcess(args);
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      }
      const rows = readFileSync(out, 'utf8')
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(','));
      expect(new Set(rows.map(([, , task]) => task))).toEqual(new Set(NAMES));
      expect(new Set(rows.map(([, , , token]) => token).filter(Boolean))).toEqual(new Set(NAMES));
      expect(readFileSync(out, 'utf8')).not.toMatch(/no_such_|bad_row/);
    },
  );

  test.each(REFUSED)('%j is no name, and the message says why', (given) => {
    expect(() => parseScenario(text(given, JSON.stringify))).toThrow(/cannot be a name|a key is a plain name/);
  });

  test("the schema's pattern, as editors read it, takes and refuses the same", () => {
    const schema = readFileSync(new URL('../../schema/scenario.schema.json', import.meta.url), 'utf8');
    const patterns = [...schema.matchAll(/"pattern": ("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
      JSON.parse(text as string),
    );
    expect(new Set(patterns).size).toBe(1);
    const pattern = new RegExp(patterns[0], 'u');
    expect(NAMES.filter((given) => !pattern.test(given))).toEqual([]);
    expect(REFUSED.filter((given) => pattern.test(given))).toEqual([]);
  });

  test('a name that reads as a number is refused by what is written, with what a number stands for', () => {
    expect(() => parseScenario(text('0x1f', (plain) => plain))).toThrow(
      /"0x1f" cannot be a name: expected a letter, a digit or _, .* and not a number \(12, 0x1f, 0o17\), which stands for an id/,
    );
  });

  test('two spellings of one letter are not two names', () => {
    expect(() => parseScenario(text('e\u0301', JSON.stringify))).toThrow(ScenarioError);
    expect(() => parseScenario(text('e\u0301', JSON.stringify))).toThrow(/a name in Unicode normalization form C/);
  });
});
