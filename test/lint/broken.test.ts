import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Source } from '../../src/dialects/source_text.js';
import { applyFixes } from '../../src/lint/apply_fixes.js';
import type { LintFinding } from '../../src/lint/finding.js';
import { lint } from '../../src/lint/lint.js';

const FOLDER = fileURLToPath(new URL('../../examples/broken/', import.meta.url));

/** Each file, the faults that are in it, and those that stay after --fix. */
const BROKEN: Readonly<Record<string, { readonly found: readonly string[]; readonly left: readonly string[] }>> = {
  'spaces.service': { found: ['space-in-list 7:34', 'space-in-list 7:47'], left: [] },
  'kernel-names.service': {
    found: [
      'name-with-prefix 5:21',
      'name-with-prefix 5:32',
      'name-with-prefix 5:42',
      'trailing-comment 6:32',
      'misspelt-name 7:21',
      'unknown-setting 8:1',
    ],
    left: [],
  },
  'private-users.service': { found: ['wrong-userns 3:1'], left: ['wrong-userns 3:1'] },
  'replaced.service': { found: ['later-assignment-replaces 2:1'], left: ['later-assignment-replaces 2:1'] },
  'typo.incus.yaml': {
    found: ['misspelt-name 3:45', 'misspelt-name 4:33', 'name-with-prefix 5:34', 'unknown-key 6:3'],
    left: [],
  },
  'no-switch.lxd.yaml': { found: ['switch-is-off 2:3', 'comma-between-names 2:45'], left: [] },
  'commas.sh': {
    found: ['initial-namespace 2:31', 'comma-between-names 2:42'],
    left: ['initial-namespace 2:31'],
  },
  'number.options': { found: ['number-replaces-names 1:18'], left: [] },
  fstab: { found: ['initial-namespace 2:45'], left: ['initial-namespace 2:45'] },
  mountinfo: {
    found: ['hidden-mount 2:1', 'not-the-root 4:12', 'malformed 5:1'],
    left: ['hidden-mount 2:1', 'not-the-root 4:12', 'malformed 5:1'],
  },
  'never.options': {
    found: ['dead-command 1:48', 'types-never-meet 1:149'],
    left: ['dead-command 1:48', 'types-never-meet 1:149'],
  },
  'run.sh': { found: ['user-manager 2:23'], left: ['user-manager 2:23'] },
};

const read = (name: string): Source => ({ file: name, text: readFileSync(`${FOLDER}${name}`, 'utf8') });
const dropIns = (name: string): Source[] =>
  readdirSync(FOLDER).includes(`${name}.d`)
    ? readdirSync(`${FOLDER}${name}.d`).map((file) => read(`${name}.d/${file}`))
    : [];
const placed = (findings: readonly LintFinding[]) =>
  findings.map(({ code, line, column }) => `${code} ${line}:${column}`);

test('each broken file is in the list, and in its README', () => {
  const files = readdirSync(FOLDER).filter((file) => file !== 'README.md' && !file.endsWith('.d'));
  expect(files.sort()).toEqual(Object.keys(BROKEN).sort());
  for (const file of files) expect(readFileSync(`${FOLDER}README.md`, 'utf8')).toContain(`| ${file} |`);
});

describe.each(Object.entries(BROKEN))('%s', (name, { found, left }) => {
  const attached = dropIns(name);

  test('each fault is found at its place, and nothing else', () => {
    expect(placed(lint(read(name), {}, attached).findings)).toEqual(found);
  });

  test('fixes mend what they say, and what is left has none', () => {
    let source = read(name);
    for (let round = 0; round < 5; round++) {
      const { findings } = lint(source, {}, attached);
      const mended = applyFixes(source, findings);
      for (const { code, line, column } of mended.fixed) expect(found).toContain(`${code} ${line}:${column}`);
      source = { ...source, text: mended.text };
    }
    const { findings } = lint(source, {}, attached);
    expect(placed(findings)).toEqual(left);
    expect(findings.filter(({ fix }) => fix)).toEqual([]);
  });
});

test('a comment disables a rule for its line, or for the file, and its reason is told', () => {
  const text =
    '# bpftoken-disable initial-namespace: made for a test\nnone /p bpf delegate_cmds=btf_load 0 0\nnone /q bpf delegate_cmds=btf_load 0 0\n';
  const { findings, disabled } = lint({ file: 'fstab', text });
  expect(placed(findings)).toEqual(['initial-namespace 3:27']);
  expect(disabled.map(({ finding, reason }) => [finding.line, reason])).toEqual([[2, 'made for a test']]);
  const whole = lint({ file: 'fstab', text: text.replace('disable ', 'disable-file ') });
  expect(whole.findings).toEqual([]);
  expect(whole.disabled).toHaveLength(2);
  const bad = lint({
    file: 'fstab',
    text: '# bpftoken-disable initial-namspace: x\n# bpftoken-disable initial-namespace\nnone /p tmpfs rw 0 0\n',
  });
  expect(bad.findings.map(({ code, line, nearest }) => [code, line, nearest])).toEqual([
    ['disable-without-reason', 1, 'initial-namespace'],
    ['disable-without-reason', 2, undefined],
  ]);
});

test('two fixes that overlap are made one after the other', () => {
  const finding = (column: number, length: number, text: string): LintFinding => {
    const at = { file: 'f', line: 1, column, length };
    return { code: 'x', severity: 'error', message: '', ...at, fix: [{ at, text }] };
  };
  const { text, fixed } = applyFixes({ file: 'f', text: 'abcdef\n' }, [
    finding(2, 3, 'X'),
    finding(3, 1, 'Y'),
    finding(5, 1, ''),
    finding(6, 0, 'Z'),
  ]);
  expect(text).toBe('aXZf\n');
  expect(fixed).toHaveLength(3);
});
