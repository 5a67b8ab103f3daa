import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { xmlDocument } from '../../src/report/xml.js';
import { printable } from '../../src/text/printable.js';
import { anyCharacter } from '../any_character.js';
import { bpftoken, inProcess } from './run_cli.js';

const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-test-'));
afterAll(() => rmSync(temporary, { recursive: true }));
const written = (name: string, requests: readonly object[]): string => {
  const file = join(temporary, name);
  writeFileSync(file, JSON.stringify({ profile: 'linux-6.12', tasks: { t: {} }, requests }));
  return file;
};

const HOLDS = { name: 'holds', task: 't', cmd: 'btf_load', expect: 'EPERM' };
const FAILS = { name: 'fails', task: 't', cmd: 'btf_load', expect: { verdict: 'allowed', reason: 'allowed' } };
const IDLE = { name: 'says nothing', task: 't', cmd: 'btf_load' };

describe('a scenario without expectations was said to hold, 0 of 0, with exit status 0', () => {
  test.each([[[]], [['--json']], [['--quiet']], [['--junit', join(temporary, 'empty.xml')]]])('%j', async (more) => {
    for (const requests of [[], [IDLE]]) {
      const file = written('empty.yaml', requests);
      const { code, stdout, stderr } = await inProcess(['test', file, ...more]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(more.includes('--json') ? JSON.parse(stderr).message : stderr.trimEnd()).toBe(
        `${file}: no request has an expectation and there is no assertion, so that nothing is tested; --allow-empty takes that`,
      );
      expect(existsSync(join(temporary, 'empty.xml'))).toBe(false);
    }
  });

  test('--allow-empty takes it', async () => {
    const { code, stdout } = await inProcess(['test', written('empty.yaml', [IDLE]), '--allow-empty']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/: 0 of 0 expectations hold\n$/);
  });
});

describe('--quiet', () => {
  test('shows failures alone, and nothing where there are none', async () => {
    const { code, stdout } = await inProcess(['test', written('q.yaml', [HOLDS, FAILS, IDLE]), '--quiet']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ +2 {2}fails .*\n(?: {7}.*\n)+linux-6\.12: 1 of 2 expectations hold\n$/);
    expect(await inProcess(['test', written('q.yaml', [HOLDS]), '--quiet'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const file = written('q.yaml', [HOLDS, FAILS, IDLE]);
    const json = JSON.parse((await inProcess(['test', file, '--quiet', '--json'])).stdout);
    expect(json).toMatchObject({ expectations: 2, failed: 1, results: [{ number: 2 }] });
    expect(json.results).toHaveLength(1);
  });
});

describe('--junit', () => {
  test('writes a case for each request, those without an expectation as skipped', async () => {
    const file = written('j.yaml', [HOLDS, FAILS, IDLE]);
    const out = join(temporary, 'j.xml');
    const { code, stdout } = await inProcess(['test', file, '--junit', out]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/1 of 2 expectations hold\n$/);
    const xml = readFileSync(out, 'utf8');
    const suite =
      /<testsuite name="[^"]*j\.yaml \(linux-6\.12\)" file="[^"]*" tests="3" failures="1" errors="0" skipped="1">/;
    expect(xml).toMatch(suite);
    expect(xml.match(/<testcase /g)).toHaveLength(3);
    expect(xml).toMatch(/<testcase name="1 holds" [^>]*\/>/);
    expect(xml).toMatch(
      /<testcase name="2 fails" [^>]*>\n *<failure message="expected allowed, got EPERM; expected reason allowed, got reason cap_bpf_missing" type="expectation">expected allowed, got EPERM\n/,
    );
    expect(xml).toMatch(/why: bpftoken explain \S+ --request 2<\/failure>/);
    expect(xml).toMatch(/<testcase name="3 says nothing" [^>]*>\n *<skipped message="[^"]*"\/>/);
    expect(wellFormed(xml)).toBe(true);
  });

  test('- is standard output, which then has nothing else', async () => {
    const { code, stdout, stderr } = await bpftoken([
      'test',
      written('j.yaml', [HOLDS, FAILS]),
      '--junit',
      '-',
      '--json',
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^<\?xml [\s\S]*<\/testsuites>\n$/);
    expect(JSON.parse(stderr)).toMatchObject({ failed: 1 });
  });

  test('is written whole or not at all, and never over the scenario', async () => {
    const file = written('j.yaml', [HOLDS]);
    const before = readFileSync(file, 'utf8');
    expect(await inProcess(['test', file, '--junit', file])).toMatchObject({ code: 2, stdout: '' });
    expect(readFileSync(file, 'utf8')).toBe(before);
    const nowhere = await inProcess(['test', file, '--junit', join(temporary, 'nowhere/j.xml')]);
    expect(nowhere).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^cannot write .*ENOENT/) });
    expect(readdirSync(temporary).filter((name) => name.includes('j.xml.'))).toEqual([]);
  });

  test('names with markup and control characters stay well-formed', async () => {
    const name = '</failure> & <b> "q" \u0000\u0007\u001b[31m \u202e \ud800 \ufffe \uffff ]]> \r\n\t é 漢';
    const file = written('j.yaml', [{ ...FAILS, name }]);
    const { stdout } = await inProcess(['test', file, '--junit', '-']);
    expect(wellFormed(stdout)).toBe(true);
    expect(stdout).toContain('&lt;/failure&gt; &amp; &lt;b&gt; &quot;q&quot; ');
    expect(stdout).toContain('é 漢');
  });

  test('any text is written so that a reader of XML gets it back, printable', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: anyCharacter }),
        fc.string({ unit: anyCharacter, minLength: 1 }),
        (value, content) => {
          const xml = xmlDocument({ name: 'a', attributes: { b: value }, content });
          expect(wellFormed(xml)).toBe(true);
          const [, attribute = '', text = ''] = /<a b="([^"]*)">([^<]*)<\/a>/.exec(xml) ?? [];
          const nonCharacters = (read: string) =>
            read.replace(/[\ufffe\uffff]/g, (c) => `\\u{${c.charCodeAt(0).toString(16)}}`);
          expect(unescaped(attribute)).toBe(nonCharacters(printable(value).replaceAll('\n', '\\n')));
          expect(unescaped(text)).toBe(nonCharacters(content.split('\n').map(printable).join('\n')));
        },
      ),
      { numRuns: 50 },
    );
  });
});

/** Whether tags are closed in order, `&` and `<` stand in markup alone, and every character is one that XML 1.0 has. */
function wellFormed(xml: string): boolean {
  if (/(?!\n)[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(xml)) return false;
  const open: string[] = [];
  const rest = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const tags = /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g;
  for (const [, closing, name, , empty] of rest.matchAll(tags)) {
    if (closing) {
      if (open.pop() !== name) return false;
    } else if (!empty) open.push(name as string);
  }
  const texts = rest.replace(tags, (_, _closing, _name, attributes) => attributes);
  return open.length === 0 && !texts.includes('<') && !/&(?!(?:amp|lt|gt|quot);)/.test(texts);
}

function unescaped(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
  return text.replace(/&(amp|lt|gt|quot);/g, (_, name) => entities[name] as string);
}

describe('assertions of every request there is', () => {
  const CREATE = 'map_create map_type=hash';
  const asserting = (name: string, assertions: readonly object[]): string => {
    const file = join(temporary, name);
    const tasks = { root: { caps: 'all' }, agent: { euid: 1000 } };
    writeFileSync(file, JSON.stringify({ profile: 'linux-6.12', tasks, assertions }));
    return file;
  };
  const HOLD = { who_can: CREATE, tasks: ['root'] };
  const FAIL = { name: 'all may', always: CREATE };

  test('are asked, counted, and enough to test', async () => {
    const { code, stdout } = await inProcess(['test', asserting('holds.yaml', [HOLD])]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        'assertions\n✓   1  who can map_create map_type=hash: root  2 requests asked\nlinux-6.12: 1 of 1 assertions hold\n',
    });
  });

  test('that fail name the smallest request, and a command that shows it; --quiet shows them alone', async () => {
    const file = asserting('fails.yaml', [HOLD, FAIL]);
    const { code, stdout } = await inProcess(['test', file, '--quiet', '--profile', 'linux-6.9']);
    expect(code).toBe(1);
    const command = /bpftoken (check .*)/.exec(stdout)?.[1] as string;
    expect(stdout).toBe(
      [
        'assertions',
        '✗   2  all may  2 requests asked',
        `       ${file}:1:149`,
        '       not allowed, and must be: agent without a token: map_create hash',
        `       bpftoken ${command}`,
        `       all: bpftoken who-can ${file} 'map_create map_type=hash' --profile linux-6.9`,
        'linux-6.9: 1 of 2 assertions hold',
        '',
      ].join('\n'),
    );
    expect((await inProcess(command.split(' '))).code).toBe(1);
  });

  test('are in --json and in --junit', async () => {
    const out = join(temporary, 'assertions.xml');
    const file = asserting('both.yaml', [HOLD, FAIL]);
    const { code, stdout } = await inProcess(['test', file, '--json', '--junit', out]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      expectations: 0,
      assertions: 2,
      assertions_failed: 1,
      assertion_results: [
        { number: 1, name: null, holds: true, asked: 2, excess: null, lacking: null, unable: [] },
        {
          number: 2,
          name: 'all may',
          holds: false,
          lacking: { requests: 1, first: { task: 'agent', map_type: 'hash' } },
        },
      ],
    });
    const xml = readFileSync(out, 'utf8');
    expect(xml).toMatch(/tests="2" failures="1" errors="0" skipped="0"/);
    expect(xml).toMatch(
      /<testcase name="assertion 2 all may" [^>]*>\n *<failure message="not allowed, and must be: [^"]*" type="assertion">/,
    );
    expect(wellFormed(xml)).toBe(true);
  });

  test('that name what another kernel lacks are bad input, with their place', async () => {
    const file = asserting('newer.yaml', [{ never: 'map_create map_type=arena' }]);
    const { code, stderr } = await inProcess(['test', file, '--profile', 'v12']);
    expect({ code, stderr: stderr.replace(file, 'FILE') }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^FILE:1:102: assertion 1: the pattern "map_create map_type=arena", column \d+: v12 has no map type/,
      ),
    });
  });
});
