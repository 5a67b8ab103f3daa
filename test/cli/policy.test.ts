import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { oneOf } from '../cases.js';
import { askEverything } from '../policy/brute_force.js';
import { inProcess, ROOT } from './run_cli.js';
import { temporaryFiles } from './temporary_files.js';

const FLEET = 'examples/fleet.yaml';
const { file } = temporaryFiles('policy');

const UNIT =
  '[Service]\nExecStart=/bin/web\nPrivateBPF=yes\nDelegateNamespaces=mnt\nBPFDelegateCommands=BPFMapCreate,BPFProgLoad\n' +
  'BPFDelegateMaps=BPFMapTypeHash\nBPFDelegatePrograms=BPFProgTypeXdp\nBPFDelegateAttachments=BPFXdp\n';
const WIDER = UNIT.replace('BPFMapTypeHash', 'BPFMapTypeHash,BPFMapTypeArena');

interface Members {
  readonly task_names: readonly string[];
  readonly tokens: readonly string[] | null;
  readonly bpffs: readonly string[] | null;
}
interface Group {
  readonly members: readonly Members[];
  readonly calls: readonly Record<string, string | null>[];
  readonly first: { readonly command: string };
}

/** A command line that a report shows, run. */
async function run(command: string) {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  return inProcess(words.slice(1));
}

test('what the tasks of the fleet can do is what every request there is, asked one by one, says', async () => {
  const { world } = parseScenario(readFileSync(join(ROOT, FLEET), 'utf8'));
  const tasks = oneOf(4, world.tasks, 1);
  const names = tasks.map(({ name }) => name).join(',');
  const { stdout } = await inProcess(['what-can', FLEET, '--task', names, '--json']);
  const { asked, allowed, groups } = JSON.parse(stdout) as { asked: number; allowed: number; groups: Group[] };
  const { vocabulary } = world.profile;
  const all = askEverything([{ ...world, tasks }]);
  const expected = all
    .filter(({ allowed: [is] }) => is)
    .map(({ task, token = null, bpffs = null, cmd, type, attachType }) => {
      const name = vocabulary.nameOf('cmds', cmd);
      const isProgram = ['prog_load', 'prog_attach', 'link_create'].includes(name);
      const mapType = name === 'map_create' ? vocabulary.nameOf('map_types', type) : null;
      const progType = isProgram ? vocabulary.nameOf('prog_types', type) : null;
      const attached = isProgram ? vocabulary.nameOf('attach_types', attachType) : null;
      return [task, token, bpffs, name, mapType ?? progType, attached].join(' ');
    });
  const found = groups.flatMap(({ members, calls }) =>
    members.flatMap(({ task_names: own, tokens, bpffs }) =>
      own.flatMap((task) =>
        (tokens ?? bpffs ?? [null]).flatMap((object) =>
          calls.map(({ cmd, map_type: map, prog_type: prog, expected_attach_type: attach }) =>
            [task, tokens && object, bpffs && object, cmd, map ?? prog, attach].join(' '),
          ),
        ),
      ),
    ),
  );
  expect([asked, allowed]).toEqual([all.length, expected.length]);
  expect(found.sort()).toEqual(expected.sort());
});

describe('each request that is shown is answered so by check', () => {
  test('who-can, with the reasons of the others', async () => {
    const { stdout } = await inProcess(['who-can', FLEET, 'prog_load prog_type=xdp,kprobe', '--json']);
    const { groups, refused } = JSON.parse(stdout) as {
      groups: Group[];
      refused: { errno: string; first: Group['first'] }[];
    };
    for (const { first } of oneOf(3, groups)) expect((await run(first.command)).code, first.command).toBe(0);
    for (const { errno, first } of oneOf(5, refused)) {
      expect((await run(first.command)).stdout, first.command).toContain(`DENIED with ${errno}`);
    }
  });

  test('of a file of another tool: with what was said of it, with its token and without', async () => {
    const path = file('masks.options', 'delegate_cmds=map_create:btf_load,delegate_maps=hash');
    const facts = ['--kernel', '6.12', '--caps', 'CAP_BPF', '--uid', '5'];
    const { stdout } = await inProcess(['what-can', path, ...facts, '--json']);
    const { groups, refused } = JSON.parse(stdout) as {
      groups: Group[];
      refused: { errno: string; first: Group['first'] & { token: string | null } }[];
    };
    for (const { first } of groups) expect((await run(first.command)).code, first.command).toBe(0);
    expect(new Set(refused.map(({ first }) => first.token))).toEqual(new Set([null, 'token']));
    for (const { errno, first } of refused) {
      const { stdout: said } = await run(first.command);
      expect(said, first.command).toContain(`DENIED with ${errno} on linux-6.12\n`);
      expect(said, first.command).toContain('euid 5, CAP_BPF\n');
      expect(said, first.command).toContain(first.token === null ? 'with no token' : 'with token bpffs');
    }
  });

  test('diff with other capabilities', async () => {
    const { stdout } = await inProcess(['diff', FLEET, '--against-caps', 'CAP_BPF', '--json']);
    const { gained, lost } = JSON.parse(stdout) as { gained: Group[]; lost: Group[] };
    expect(gained.length * lost.length).toBeGreaterThan(0);
    for (const { first } of oneOf(8, gained)) {
      expect((await run(first.command)).code, first.command).toBe(0);
      expect((await run(first.command.replace('--with-caps CAP_BPF ', ''))).code, first.command).toBe(1);
    }
    for (const { first } of oneOf(8, lost)) {
      expect((await run(first.command)).code, first.command).toBe(0);
      expect((await run(`${first.command} --with-caps CAP_BPF`)).code, first.command).toBe(1);
    }
  });

  test('diff under another kernel', async () => {
    const { code, stdout } = await inProcess(['diff', FLEET, '--against-profile', 'v12', '--json']);
    expect(code).toBe(1);
    const { gained, lost } = JSON.parse(stdout) as { gained: Group[]; lost: Group[] };
    expect(gained.length * lost.length).toBeGreaterThan(0);
    for (const { first } of oneOf(8, gained)) {
      expect((await run(first.command)).code, first.command).toBe(0);
      expect((await run(first.command.replace('--profile v12 ', ''))).code, first.command).toBe(1);
    }
    for (const { first } of oneOf(8, lost)) {
      expect((await run(first.command)).code, first.command).toBe(0);
      // 2 where the other kernel does not have the name.
      expect((await run(`${first.command} --profile v12`)).code, first.command).not.toBe(0);
    }
  });
});

describe('diff of two units', () => {
  const before = file('a.service', UNIT);
  const after = file('b.service', WIDER);

  test('names what the second allows alone', async () => {
    const { code, stdout } = await inProcess(['diff', before, after, '--kernel', '6.12']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^now allowed \(1\)\n {2}process with token token\n {4}map_create arena\n/);
    expect(stdout).toContain('1 request now allowed, 0 no longer, of ');
    const command = /e\.g\. (bpftoken .*)/.exec(stdout)?.[1] ?? '';
    expect([(await run(command)).code, command]).toEqual([0, expect.stringContaining('b.service')]);
    expect((await inProcess(['diff', before, before, '--kernel', '6.12'])).code).toBe(0);
  });

  test('--intended: the change is what is meant, or one bit too many', async () => {
    const pattern = 'map_create map_type=arena token=token';
    const of = (unit: string) => ['diff', before, unit, '--kernel', '6.12', '--intended', pattern];
    expect((await inProcess(of(after))).code).toBe(0);
    const more = file('c.service', WIDER.replace('BPFMapTypeArena', 'BPFMapTypeArena,BPFMapTypeRingbuf'));
    const { code, stdout } = await inProcess(of(more));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✓ before.*\n✓ now.*\n/);
    expect(stdout).toMatch(/^✗ besides: 1 of .*\n {2}now allowed \(1\)\n.*\n {6}map_create ringbuf\n/m);
  });

  test('implies and equivalent', async () => {
    const claim = (...args: string[]) => inProcess([...args, '--kernel', '6.12']);
    expect((await claim('implies', before, after)).code).toBe(0);
    const { code, stdout } = await claim('implies', after, before);
    expect(code).toBe(1);
    expect(stdout).toContain('DOES NOT HOLD: implies: of 1 of ');
    expect(stdout).toContain('the smallest: process with token token: map_create arena\n');
    expect((await claim('equivalent', after, before)).code).toBe(1);
    expect((await claim('equivalent', before, before)).stdout).toMatch(/^VERIFIED: equivalent: all /);
  });
});

describe('a pattern', () => {
  const refusalOf = async (pattern: string) => {
    const { code, stderr } = await inProcess(['never', FLEET, pattern]);
    expect(code).toBe(2);
    return stderr;
  };

  test('names what is wrong, its column and the nearest name', async () => {
    expect(await refusalOf('task=wbe btf_load')).toContain('column 6: unknown task "wbe"; did you mean "web"?');
    expect(await refusalOf('cmd=prog_lod')).toContain(
      'column 5: linux-6.12 has no command "prog_lod"; did you mean "prog_load"?',
    );
    expect(await refusalOf('prog_load prg_type=xdp')).toContain(
      'column 11: unknown key "prg_type"; did you mean "prog_type"?',
    );
    expect(await refusalOf('map_create prog_type=xdp')).toContain('column 12: map_create does not read prog_type');
    expect(await refusalOf('prog_load token=')).toContain('token has no value, as in token=none');
    expect(await refusalOf('prog_load bpffs=service-fs')).toContain('bpffs is for token_create only');
  });

  test('an error as JSON has the nearest name', async () => {
    const { stderr } = await inProcess(['never', FLEET, 'task=wbe btf_load', '--json']);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'PATTERN', diagnostics: [{ nearest: 'web' }] });
  });
});
