import { type Command, CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../src/abi/verdict.js';
import { InputError } from '../../src/cli/exit.js';
import { longOf } from '../../src/cli/options/add_options.js';
import type { OptionSpec, OptionTable } from '../../src/cli/options/option.js';
import { type CommandName, OPTIONS } from '../../src/cli/options/table.js';
import { createProgram } from '../../src/cli/program.js';
import { type RequestOptions, requestFromOptions } from '../../src/cli/request_options.js';
import { Model } from '../../src/kernel/model.js';
import { isFaultRead, REQUEST_FIELDS, readersOf } from '../../src/request/command_fields.js';
import { PRE_NAMES } from '../../src/request/fault_names.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { inProcess } from './run_cli.js';

/** Values an option can have, and values it cannot have with what the message says besides what is expected. */
const VALUES: Readonly<Record<string, { good: readonly string[]; bad: readonly (readonly [string, RegExp?])[] }>> = {
  '--request': { good: ['r1', '1'], bad: [['']] },
  '--task': { good: ['a'], bad: [['']] },
  '--token': { good: ['t'], bad: [['']] },
  '--cmd': { good: ['btf_load', '18'], bad: [['']] },
  '--map-type': { good: ['hash'], bad: [['']] },
  '--prog-type': { good: ['xdp'], bad: [['']] },
  '--expected-attach-type': { good: ['xdp'], bad: [['']] },
  '--insn-cnt': { good: ['0', '4294967295'], bad: [['4294967296'], ['-1'], ['1.5'], ['']] },
  'suggest --for': {
    good: ['systemd', 'Mount-Options'],
    bad: [['scenario'], ['system', /did you mean systemd\?/], ['']],
  },
  '--program': { good: ['p'], bad: [['']] },
  '--helpers': {
    good: ['probe_read_kernel', 'BPF_FUNC_probe_read_kernel,6'],
    bad: [['probe_read_kernl', /did you mean probe_read_kernel\?/], ['0'], ['loop,'], ['']],
  },
  '--liberties': {
    good: ['loops', 'pointer-leaks,LOOPS'],
    bad: [['pointer_leak', /did you mean pointer_leaks\?/], ['constructor'], ['']],
  },
  '--bpffs': { good: ['b'], bad: [['']] },
  '--object': { good: ['x.o'], bad: [['']] },
  '--loader': {
    good: ['libbpf-1.4', 'CILIUM-0.22'],
    bad: [['libbpf'], ['libbpf-1.9', /did you mean libbpf-1\.\d\?/], ['']],
  },
  '--pre': {
    good: ['attr_einval', 'TOKEN-EBADF'],
    bad: [['2'], ['constructor'], ['bad_row'], ['atr_einval', /did you mean attr_einval\?/], ['']],
  },
  '--profile': { good: ['v12'], bad: [['v13', /did you mean v1[12]\?/], ['constructor'], ['']] },
  '--against-profile': { good: ['v12'], bad: [['v13', /did you mean v1[12]\?/], ['']] },
  '--against-caps': { good: ['cap_bpf'], bad: [['CAP_BPG', /did you mean CAP_BPF\?/], ['']] },
  '--intended': { good: ['prog_load'], bad: [['']] },
  '--only': { good: ['prog_load'], bad: [['']] },
  '--compare-profile': { good: ['v12'], bad: [['linux-6.99', /did you mean linux-6\.9\?/], ['']] },
  '--rows': { good: ['1', '1_000', '10k'], bad: [['many'], ['-1'], ['1_'], ['0x10'], ['']] },
  '--generate': { good: ['0', '10M'], bad: [['ten'], ['1e3'], ['']] },
  '--cases': { good: ['1', '1M'], bad: [['0'], ['many'], ['']] },
  '--batch': { good: ['1'], bad: [['0'], ['200M'], ['']] },
  '--seed': { good: ['0', '9007199254740991'], bad: [['9007199254740992'], ['-1'], ['']] },
  '--workers': { good: ['1'], bad: [['0'], ['1000'], ['']] },
  '--for': { good: ['500ms', '1.5h'], bad: [['60'], ['0s'], ['soon'], ['']] },
  '--case': { good: ['1-2f3a-17'], bad: [['1-2'], ['1-2f3a-60'], ['']] },
  '--out': { good: ['-', 'x.csv'], bad: [['']] },
  '--strace': { good: ['-', 'log.txt'], bad: [['']] },
  '--from': { good: ['copy'], bad: [['']] },
  '--save': { good: ['copy'], bad: [['']] },
  '--junit': { good: ['-', 'x.xml'], bad: [['']] },
  '--requests': { good: ['-', 'x.csv'], bad: [['']] },
  '--summary-out': { good: ['x.csv'], bad: [['']] },
  '--compare-out': { good: ['x.csv'], bad: [['']] },
  '--format': { good: ['csv', 'ARROW'], bad: [['xml'], ['cvs', /did you mean csv\?/], ['']] },
  '--dialect': { good: ['systemd-unit', 'FSTAB'], bad: [['xml'], ['mountinf', /did you mean mountinfo\?/], ['']] },
  '--delegation': { good: ['web'], bad: [['']] },
  '--prog-load': { good: ['xdp'], bad: [['']] },
  '--map-create': { good: ['hash'], bad: [['']] },
  '--kernel': { good: ['6.12'], bad: [['linux-6.99', /did you mean linux-6\.9\?/], ['']] },
  '--libbpf': { good: ['1.4', '1.7'], bad: [['1.3'], ['v1.7', /did you mean 1\.7\?/], ['']] },
  '--to': { good: ['systemd', 'LXD'], bad: [['docker'], ['systmd', /did you mean systemd\?/], ['']] },
  '--manager': { good: ['6.0.4', '6.18'], bad: [['6'], ['v6.18'], ['']] },
  '--systemd': { good: ['258'], bad: [['v258'], ['1'], ['']] },
  '--owner': { good: ['own'], bad: [['root'], ['inti', /did you mean init\?/], ['']] },
  '--uid': { good: ['0', '4294967294'], bad: [['-1'], ['4294967295'], ['root'], ['']] },
  '--with-caps': { good: ['cap_bpf', 'none'], bad: [['CAP_BPG', /did you mean CAP_BPF\?/], ['']] },
  '--caps': { good: ['cap_bpf,net_admin', 'all'], bad: [['CAP_BPG', /did you mean CAP_BPF\?/], ['']] },
  '--compression': { good: ['snappy', 'none'], bad: [['gzip'], ['snapy', /did you mean snappy\?/], ['']] },
  '--out-format': { good: ['parquet'], bad: [['xml'], ['parket', /did you mean parquet\?/], ['']] },
  '--summary': { good: ['task,cmd', 'type'], bad: [['task,reson', /reson: .*did you mean reason\?/], ['task,'], ['']] },
};

const ARGUMENTS: Readonly<Record<CommandName, readonly string[]>> = {
  init: ['s.yaml'],
  list: ['cmds'],
  read: ['web.service'],
  lint: ['web.service'],
  convert: ['web.service'],
  needs: ['object.o'],
  suggest: ['object.o'],
  snapshot: [],
  check: ['s.yaml'],
  explain: ['s.yaml'],
  matrix: ['s.yaml'],
  'who-can': ['s.yaml', 'prog_load'],
  'what-can': ['s.yaml'],
  diff: ['s.yaml', 't.yaml'],
  never: ['s.yaml', 'prog_load'],
  always: ['s.yaml', 'prog_load'],
  implies: ['s.yaml', 't.yaml'],
  equivalent: ['s.yaml', 't.yaml'],
  test: ['s.yaml'],
  generate: ['s.yaml'],
  eval: ['s.yaml'],
  fuzz: [],
  replay: ['r.ndjson'],
  probe: [],
  bench: ['s.yaml'],
  completion: ['bash'],
};

const COMMANDS = Object.keys(OPTIONS) as CommandName[];
const TABLES = OPTIONS as Readonly<Record<CommandName, OptionTable>>;
const EVERY = COMMANDS.flatMap((command) =>
  Object.entries(TABLES[command]).map(([key, spec]) => ({ command, key, spec, flag: longOf(spec) })),
);

/** What an option of a command takes: a few mean something of their own to one command. */
function valuesOf(command: CommandName, flag: string): (typeof VALUES)[string] {
  return (VALUES[`${command} ${flag}`] ?? VALUES[flag]) as (typeof VALUES)[string];
}

/** An option with a valid value, and the others it needs. */
function given(command: CommandName, key: string): string[] {
  const table = TABLES[command];
  const spec = table[key] as OptionSpec<unknown>;
  const value = spec.type ? [valuesOf(command, longOf(spec)).good[0] as string] : [];
  return [longOf(spec), ...value, ...(spec.needs?.[0] === undefined ? [] : given(command, spec.needs[0]))];
}

/** What options cannot be without, where they are not given themselves. */
function requiredBeside(command: CommandName, keys: readonly string[]): string[] {
  const rest = Object.entries(TABLES[command]).filter(([key, spec]) => spec.isRequired && !keys.includes(key));
  return rest.flatMap(([key]) => given(command, key));
}

/** Puts a command line to the program, whose command does nothing, and says what the command is handed. */
async function handed(command: CommandName, args: readonly string[]): Promise<Record<string, unknown>> {
  const program = await createProgram(command);
  const [one] = program.commands as [Command];
  let options: Record<string, unknown> | undefined;
  one.configureOutput({ writeErr: () => undefined }).action(() => {
    options = one.opts();
  });
  await program.parseAsync(['node', 'bpftoken', command, ...ARGUMENTS[command], ...args]);
  return options as Record<string, unknown>;
}

/** The message with which a command line is refused. */
async function refusal(command: CommandName, args: readonly string[]): Promise<string> {
  const error = await handed(command, args).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error instanceof InputError || error instanceof CommanderError, `${command} ${args.join(' ')}: ${error}`).toBe(
    true,
  );
  return (error as Error).message;
}

test('every option of the program is in the table, and every option of the table is in the program', async () => {
  const program = await createProgram(undefined);
  const found = program.commands.map((command) => [command.name(), command.options.map(({ flags }) => flags)]);
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(COMMANDS.map((name) => [name, Object.values(TABLES[name]).map(({ flags }) => flags)])),
  );
});

describe('every option of every command', () => {
  test.each(EVERY)(
    '$command $flag: valid values are taken, and reach the command',
    async ({ command, key, spec, flag }) => {
      const beside = requiredBeside(command, [key]);
      if (!spec.type) {
        expect(await handed(command, [...given(command, key), ...beside])).toMatchObject({ [key]: true });
        return;
      }
      const { good } = valuesOf(command, flag);
      for (const text of good) {
        const options = await handed(command, [flag, text, ...given(command, key).slice(2), ...beside]);
        const parsed = spec.type.parse(text) as { value: unknown };
        expect(options[key]).toEqual(spec.flags.endsWith('...>') ? [parsed.value] : parsed.value);
      }
    },
  );

  test.each(EVERY.filter(({ spec }) => spec.type))(
    '$command $flag: anything else is refused',
    async ({ command, spec, flag }) => {
      const { bad } = valuesOf(command, flag);
      for (const [text, hint] of bad) {
        const message = await refusal(command, [flag, text]);
        expect(message).toContain(`${spec.type?.expected} is expected`);
        expect(message).toMatch(new RegExp(`^${flag} (""|\\S+): `));
        if (hint) expect(message).toMatch(hint);
      }
      expect(await refusal(command, [flag, '--json'])).toMatch(/not the option --json/);
      expect(await refusal(command, [flag])).toMatch(/argument missing/);
    },
  );

  test.each(EVERY.filter(({ spec }) => spec.type && !spec.flags.endsWith('...>')))(
    '$command $flag: a second value does not take the place of the first without a word',
    async ({ command, key }) => {
      const option = given(command, key).slice(0, 2);
      expect(await refusal(command, [...option, ...option])).toMatch(/is given twice, and has one value/);
    },
  );

  test.each(EVERY.filter(({ spec }) => spec.needs))(
    '$command $flag: refused without what it is read with',
    async ({ command, key, spec, flag }) => {
      const option = given(command, key).slice(0, spec.type ? 2 : 1);
      const others = (spec.needs ?? []).map((other) => longOf(TABLES[command][other] as OptionSpec<unknown>));
      expect(await refusal(command, [...option, ...requiredBeside(command, [key])])).toBe(
        `${flag} is read only with ${others.join(' or ')}, which is not given`,
      );
    },
  );

  test.each(EVERY.filter(({ spec }) => spec.excludes))(
    '$command $flag: refused beside what it cannot stand with',
    async ({ command, key, spec, flag }) => {
      for (const other of spec.excludes ?? []) {
        const args = [...given(command, key), ...given(command, other)];
        const message = await refusal(command, [...args, ...requiredBeside(command, [key, other])]);
        expect(message).toContain(`option '${flag}`);
        expect(message).toContain(
          `cannot be used with option '${longOf(TABLES[command][other] as OptionSpec<unknown>)}`,
        );
      }
    },
  );

  test('keys that the table names are keys of the same command', () => {
    for (const { command, spec } of EVERY) {
      for (const other of [...(spec.needs ?? []), ...(spec.excludes ?? [])])
        expect(TABLES[command]).toHaveProperty(other);
    }
  });
});

test.each([
  [['list', 'profiles', '--profile', 'v12'], /--profile means nothing to list profiles/],
  [['init', '-', '--force'], /--force means nothing to init -/],
  [['list', 'constructor'], /nothing to list under constructor/],
])('%j: an option that the argument leaves nothing to do is refused', async (args, message) => {
  const { code, stdout, stderr } = await inProcess(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});

const SCENARIO = parseScenario(`
profile: linux-6.12
userns: { u: { owner: 1000 } }
bpffs: { b: { userns: u, delegate_cmds: any, delegate_maps: any, delegate_progs: any, delegate_attachs: any } }
tasks: { a: { userns: u, euid: 1000, caps: all }, root: { caps: all } }
tokens: { t: { bpffs: b } }
programs: { p: { prog_type: xdp } }
requests: [{ task: a, token: t, cmd: btf_load, insn_cnt: 5 }]
`);
const COMMAND_NAMES = SCENARIO.world.profile.vocabulary.names('cmds');
const FIELD_VALUES = {
  map_type: { mapType: 'hash' },
  prog_type: { progType: 'xdp' },
  expected_attach_type: { expectedAttachType: 'xdp' },
  insn_cnt: { insnCnt: 5 },
  program: { program: 'p' },
  helpers: { helpers: [1] },
  liberties: { liberties: ['loops'] },
  bpffs: { bpffs: 'b' },
} as const;

/** What `check` asks for a command with some options, and those the command cannot do without. */
function asked(cmd: string, options: Partial<RequestOptions>) {
  const needed = { map_create: { mapType: 'array' }, prog_load: { progType: 'xdp' }, token_create: { bpffs: 'b' } };
  const rest = Object.hasOwn(needed, cmd) ? needed[cmd as keyof typeof needed] : {};
  return requestFromOptions(SCENARIO, { task: 'a', cmd, ...rest, ...options } as RequestOptions);
}

test('an option that the command does not read is refused, and one that it reads is not', () => {
  for (const cmd of COMMAND_NAMES) {
    for (const field of REQUEST_FIELDS) {
      const ask = () => asked(cmd, FIELD_VALUES[field]);
      if (readersOf(field).includes(cmd)) expect(ask().request.cmd).toBeGreaterThanOrEqual(0);
      else expect(ask).toThrow(new RegExp(`--[a-z-]+ is for --cmd .*, and ${cmd} does not read it`));
    }
  }
});

test('a fault that changes no answer of a command is refused', () => {
  const model = new Model(SCENARIO.world);
  for (const cmd of COMMAND_NAMES) {
    for (let pre: Fault = Fault.ATTR_E2BIG; pre <= Fault.LATE_ENOENT; pre++) {
      const changes = ['a', 'root'].flatMap((task) =>
        [{}, { token: 't' }].map((token) => {
          const { request } = asked(cmd, { task, ...token });
          return model.ask(request) !== model.ask({ ...request, pre });
        }),
      );
      expect([cmd, PRE_NAMES[pre], isFaultRead(cmd, pre)]).toEqual([cmd, PRE_NAMES[pre], changes.includes(true)]);
      if (!isFaultRead(cmd, pre)) expect(() => asked(cmd, { pre })).toThrow(/no check of \w+ finds this fault/);
    }
  }
});

test('a request of the scenario is asked as it is written, and its idle fields are told', async () => {
  const question = requestFromOptions(SCENARIO, { request: '1' } as RequestOptions);
  expect(question.warnings.map(({ message }) => message)).toEqual(['request 1: insn_cnt means nothing to btf_load']);
});
