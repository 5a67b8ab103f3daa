import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS, SHELLS } from '../../src/cli/command_table.js';
import { completionScript, type Shell } from '../../src/cli/help/completion.js';
import { manPage } from '../../src/cli/help/man_page.js';
import { longOf } from '../../src/cli/options/add_options.js';
import type { OptionSpec } from '../../src/cli/options/option.js';
import { type CommandName, OPTIONS } from '../../src/cli/options/table.js';
import { runningProfile } from '../../src/cli/running_profile.js';
import { NEWEST_PROFILE, PROFILES } from '../../src/kernel/profile.js';
import { hasProgram, testNeeding } from '../needs.js';
import { inProcess, ROOT } from './run_cli.js';

const folder = mkdtempSync(join(tmpdir(), 'bpftoken-completion-'));
const at = (shell: Shell): string => join(folder, `bpftoken.${shell}`);
beforeAll(() => {
  for (const shell of SHELLS) writeFileSync(at(shell), completionScript(shell));
});
afterAll(() => rmSync(folder, { recursive: true }));

const names = Object.keys(COMMANDS) as CommandName[];
const flagsOf = (name: CommandName): string[] =>
  Object.values(OPTIONS[name] as Readonly<Record<string, OptionSpec<unknown>>>).map(longOf);

/** What a shell offers for a command line whose last word is not finished. */
type Offers = (words: readonly string[]) => string[];

const bash: Offers = (words) => {
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _bpftoken; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--norc', '-c', script, 'bash', at('bash'), 'bpftoken', ...words];
  return execFileSync('bash', args, { encoding: 'utf8', cwd: ROOT }).trim().split('\n');
};

const fish: Offers = (words) => {
  const line = ['bpftoken', ...words].join(' ');
  const args = ['--no-config', '-c', `source ${at('fish')}; complete -C '${line}'`];
  const out = execFileSync('fish', args, { encoding: 'utf8', cwd: ROOT, env: { ...process.env, HOME: folder } });
  return out
    .trim()
    .split('\n')
    .map((offer) => offer.split('\t')[0] as string);
};

function offersAll(offers: Offers): void {
  expect(
    offers([''])
      .filter((word) => !word.startsWith('-'))
      .sort(),
  ).toEqual([...names].sort());
  for (const name of ['check', 'eval'] as const) {
    const offered = offers([name, '--']);
    for (const flag of flagsOf(name)) expect(offered).toContain(flag);
  }
  expect(offers(['check', '--profile', 'linux-6.1'])).toContain('linux-6.12');
  expect(offers(['list', 'map']).sort()).toEqual(['map-types']);
  expect(offers(['eval', '--format', 'ar']).sort()).toEqual(['arrow', 'arrows']);
  expect(offers(['check', 'package.j'])).toContain('package.json');
  expect(offers(['eval', '--requests', 'package.j'])).toContain('package.json');
}

describe('the completion script', () => {
  testNeeding(hasProgram('bash'), 'bash')('of bash offers commands, options, values and files', () => {
    offersAll(bash);
  });

  testNeeding(hasProgram('fish'), 'fish')('of fish offers commands, options, values and files', () => {
    offersAll(fish);
  });

  testNeeding(hasProgram('zsh'), 'zsh')('of zsh is loaded by its completion system', () => {
    const script = `autoload -Uz compinit; compinit -D -u; source ${at('zsh')}; print $_comps[bpftoken]`;
    expect(execFileSync('zsh', ['-f', '-c', script], { encoding: 'utf8' }).trim()).toBe('_bpftoken');
  });

  test.each(SHELLS)('of %s has every command and every option', async (shell) => {
    const { code, stdout } = await inProcess(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toBe(completionScript(shell));
    for (const name of names) {
      expect(stdout).toContain(name);
      for (const flag of flagsOf(name)) expect(stdout).toContain(shell === 'fish' ? `-l ${flag.slice(2)}` : flag);
    }
  });

  test('of no other shell is there', async () => {
    const { code, stderr } = await inProcess(['completion', 'tcsh']);
    expect(code).toBe(2);
    expect(stderr).toBe('no completion for the shell tcsh: one of bash, zsh, fish is expected\n');
  });
});

describe('the manual page', () => {
  const page = readFileSync(join(ROOT, 'man/bpftoken.1'), 'utf8');

  test('is what the tables of commands and options say', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(page).toBe(manPage(version));
    for (const name of names) {
      expect(page).toMatch(new RegExp(`^\\.SS ${name.replaceAll('-', '..')}\\b`, 'm'));
      for (const flag of flagsOf(name)) expect(page).toContain(`.B ${flag.replaceAll('-', '\\-')}`);
    }
  });

  testNeeding(hasProgram('groff'), 'groff')('is set without a warning', () => {
    const set = execFileSync('groff', ['-man', '-Tutf8', '-ww', join(ROOT, 'man/bpftoken.1')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(set.length).toBeGreaterThan(5000);
  });
});

describe('--version', () => {
  test('says what this is and what runs here', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const { code, stdout } = await inProcess(['--version']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe(`bpftoken ${version}`);
    expect(stdout).toContain(`Node ${process.versions.node}\n`);
    expect(stdout).toContain(`to ${NEWEST_PROFILE.name}\n`);
    expect(stdout).toContain('WebAssembly simd yes, bulk memory yes, shared memory yes\n');
    const json = JSON.parse((await inProcess(['--version', '--json'])).stdout);
    expect(json).toMatchObject({ version, node: process.versions.node, profiles: PROFILES.map(({ name }) => name) });
  });
});

describe('a profile is named', () => {
  const ask = (profile: string) =>
    inProcess([
      'check',
      'examples/container-manager.yaml',
      '--task',
      'tracer',
      '--cmd',
      'btf_load',
      '--profile',
      profile,
    ]);

  test('by its release', async () => {
    expect((await ask('6.12')).stdout).toContain('on linux-6.12');
    expect((await ask('6.8')).stderr).toContain('did you mean');
  });

  test('as the one of the running kernel, which may have none', () => {
    expect(runningProfile('6.12.30-generic').name).toBe('linux-6.12');
    expect(runningProfile('7.0.0').name).toBe('linux-7.0');
    expect(() => runningProfile('5.15.0')).toThrow(
      'the running kernel is 5.15.0, which has no profile: BPF tokens came with',
    );
    expect(() => runningProfile('99.1.0')).toThrow(`the newest known is ${NEWEST_PROFILE.name}`);
  });
});
