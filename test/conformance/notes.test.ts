import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ROOT } from '../cli/run_cli.js';

/** `linux-7.3` `use-272`: ok */
const CITED = [
  ...readFileSync(join(ROOT, 'docs/kernel-notes.md'), 'utf8').matchAll(
    /`linux-(?<release>[\d.]+)`\s+`(?<name>\w+-\d+)`:\s+(?<answer>ok|E[A-Z0-9]+)/g,
  ),
].map(({ groups }) => groups as { release: string; name: string; answer: string });

const texts = new Map<string, string>();

/** The record of that name. */
function recorded(release: string, name: string): Record<string, unknown> {
  let text = texts.get(release);
  if (text === undefined) {
    text = gunzipSync(readFileSync(join(ROOT, `recordings/linux-${release}.ndjson.gz`))).toString('utf8');
    texts.set(release, text);
  }
  const at = text.indexOf(`"case":"${name}",`);
  if (at === -1) throw new Error(`linux-${release} has no case ${name}`);
  return JSON.parse(text.slice(text.lastIndexOf('\n', at) + 1, text.indexOf('\n', at)));
}

/** Every answer of the calls of a record. */
function answersOf(record: unknown): string[] {
  if (record === null || typeof record !== 'object') return [];
  const inner = Object.values(record).flatMap(answersOf);
  return 'ok' in record && 'error' in record ? [record.error === null ? 'ok' : String(record.error), ...inner] : inner;
}

test('notes cite cases', () => {
  expect(CITED.length).toBeGreaterThan(35);
});

test.each(CITED)('linux-$release $name: $answer', ({ release, name, answer }) => {
  expect(answersOf(recorded(release, name))).toContain(answer);
});
