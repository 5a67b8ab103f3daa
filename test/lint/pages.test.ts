import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseManagerRelease } from '../../src/dialects/containers/release.js';
import { FORMAT_NAMES, type Format } from '../../src/dialects/formats.js';
import { findProfile } from '../../src/kernel/profile.js';
import { type LintOptions, lint } from '../../src/lint/lint.js';
import { RULES } from '../../src/lint/rules.js';

const FOLDER = fileURLToPath(new URL('../../docs/lint/', import.meta.url));
const pageOf = (code: string) => readFileSync(`${FOLDER}${code}.md`, 'utf8');

/** The examples of a section of a page: a fence names the format, and options that the rule needs. */
function examplesOf(page: string, section: string) {
  const start = page.indexOf(`## ${section}\n`);
  const end = page.indexOf('\n## ', start + 1);
  const text = page.slice(start, end === -1 ? undefined : end);
  return [...text.matchAll(/^```([a-z-]+)(.*)\n([\s\S]*?)^```$/gm)].map(([, format, rest, body]) => ({
    text: body as string,
    options: optionsOf(format as Format, rest as string),
  }));
}

function optionsOf(format: Format, rest: string): LintOptions {
  expect(FORMAT_NAMES).toContain(format);
  const words = new Map<string, string | undefined>();
  for (const word of rest.trim().split(' ')) {
    const [key = '', value] = word.split('=');
    words.set(key, value);
  }
  return {
    format,
    profile: words.has('kernel') ? findProfile(`linux-${words.get('kernel')}`) : undefined,
    systemd: words.has('systemd') ? Number(words.get('systemd')) : undefined,
    manager: parseManagerRelease(words.get('manager') ?? ''),
    selinux: words.has('selinux'),
  };
}

const codesOf = ({ text, options }: { text: string; options: LintOptions }) =>
  lint({ file: 'web.service', text }, options).findings.map(({ code }) => code);

describe.each(RULES.map(({ code, severity, about }) => ({ code, severity, about })))(
  '$code',
  ({ code, severity, about }) => {
    test('has a page that says why, what to avoid and what to prefer', () => {
      const page = pageOf(code);
      expect(page).toMatch(new RegExp(`^# ${code}\n`));
      expect(page).toContain(`${about} Severity: ${severity}.`);
      expect(readFileSync(`${FOLDER}README.md`, 'utf8')).toContain(
        `| [${code}](${code}.md) | ${severity} | ${about} |`,
      );
    });

    test('is found in what its page says to avoid, and not in what it says to prefer', () => {
      const page = pageOf(code);
      const avoid = examplesOf(page, 'Avoid');
      const prefer = examplesOf(page, 'Prefer');
      expect(avoid.length).toBeGreaterThan(0);
      expect(prefer.length).toBeGreaterThan(0);
      for (const example of avoid) expect(codesOf(example), example.text).toContain(code);
      for (const example of prefer) expect(codesOf(example), example.text).not.toContain(code);
    });
  },
);

test('every page is of a rule', () => {
  const pages = readdirSync(FOLDER).filter((file) => file !== 'README.md' && file !== 'in-the-wild.md');
  expect(pages.sort()).toEqual(RULES.map(({ code }) => `${code}.md`).sort());
});
