import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { CAP_FULL_SET } from '../../src/abi/capabilities.js';
import { Disposition, Fault, Outcome } from '../../src/abi/verdict.js';
import { MASK_KIND, MASK_NAMES } from '../../src/kernel/masks.js';
import { Model } from '../../src/kernel/model.js';
import { profileNamed } from '../../src/kernel/profile.js';
import { vocabularyOf } from '../../src/kernel/vocabulary.js';
import { NO_TOKEN } from '../../src/kernel/world.js';
import { parseScenario, ScenarioError } from '../../src/scenario/parse_scenario.js';
import { anyCharacter } from '../any_character.js';
import { cases } from '../cases.js';
import { MORE_MISTAKES, ONE_MISTAKE } from './bad_scenarios.js';
import { lines } from './lines.js';

const vocabulary = vocabularyOf('6.12');

/** The masks of the only bpffs of a scenario. */
function masksOf(options: string, profile = 'linux-6.12') {
  const { world } = parseScenario(
    `profile: ${profile}\nbpffs:\n  fs:\n    mode: "755"\n${options.replace(/^/gm, '    ')}\n`,
  );
  return world.bpffs[0]?.options.delegate;
}

const requestOf = (fields: string, profile = 'linux-6.12') =>
  parseScenario(`profile: ${profile}\nbpffs: { fs: {} }\ntasks: { a: {}, b: {} }\nrequests:\n  - { ${fields} }\n`)
    .requests[0];

describe('defaults', () => {
  const { world, requests, warnings } = parseScenario(
    lines(
      'profile: v12',
      'userns: { c: }',
      'bpffs: { fs: }',
      'tasks: { t: }',
      'tokens: { k: { bpffs: fs } }',
      'requests:',
      '  - { task: t, cmd: btf_load }',
    ),
  );

  test('of the world', () => {
    expect(world.profile).toBe(profileNamed('v12'));
    expect(world.unprivilegedBpfDisabled).toBe(2);
    expect(world.userns).toEqual([
      { name: 'init', parent: 0, owner: 0 },
      { name: 'c', parent: 0, owner: 0 },
    ]);
    expect(world.tasks).toEqual([{ name: 't', userns: 0, euid: 0, effective: 0n }]);
    expect(world.bpffs).toMatchObject([{ name: 'fs', userns: 0, lsmCreateErrno: 0, denials: { cmds: 0n, caps: 0n } }]);
    expect(world.bpffs[0]?.options).toMatchObject({ uid: 0, gid: 0, delegate: { cmds: 0n, attachs: 0n } });
    expect((world.bpffs[0]?.options.mode ?? 0) & 0o777).toBe(0o777);
    expect(world.tokens).toMatchObject([{ name: 'k', userns: 0, bpffs: 0, denials: { cmds: 0n, caps: 0n } }]);
  });

  test('of a request', () => {
    expect(requests).toEqual([
      {
        line: 7,
        column: 5,
        request: { task: 0, token: NO_TOKEN, cmd: 18, type: 0, attachType: 0, insnCnt: 1, pre: Fault.NONE },
      },
    ]);
    expect(warnings).toEqual([]);
  });

  test('a scenario can be a profile alone', () => {
    const { world, requests: none } = parseScenario('profile: linux-7.3');
    expect([world.userns.length, world.tasks, none]).toEqual([1, [], []]);
  });
});

describe('masks', () => {
  test.each([
    ['delegate_cmds: map_create:prog_load', 0x21n],
    ['delegate_cmds: "MAP_CREATE:0x20"', 0x20n],
    ['delegate_cmds: "0x20:map_create"', 0x21n],
    ['delegate_cmds: [BPF_MAP_CREATE, BPFProgLoad, prog-load]', 0x21n],
    ['delegate_cmds: []', 0n],
    ['delegate_cmds: [any]', MASK_ANY],
    ['delegate_cmds: any', MASK_ANY],
    ['delegate_cmds: 0', 0n],
    ['delegate_cmds: 33', 33n],
    ['delegate_cmds: 0x21', 0x21n],
    ['delegate_cmds: 0o41', 0x21n],
    ['delegate_cmds: 041', 0x21n],
    ['delegate_cmds: "041"', 0x21n],
    ['delegate_cmds: 18446744073709551615', MASK_ANY],
    ['delegate_cmds: 0xfedcba9876543211', 0xfedcba9876543211n],
    ['delegate_cmds: 9007199254740993', 9007199254740993n],
  ])('%s', (option, mask) => {
    expect(masksOf(option)?.cmds).toBe(mask);
  });

  test.each(['v11', 'v12'])('%s has numbers and any, and a list is made a number', (profile) => {
    expect(masksOf('delegate_cmds: [map_create, prog_load]', profile)?.cmds).toBe(0x21n);
    expect(masksOf('delegate_cmds: "0x21"', profile)?.cmds).toBe(0x21n);
    expect(masksOf('delegate_cmds: any', profile)?.cmds).toBe(MASK_ANY);
  });

  test('a list of every name is longer than one option may be, and is taken whole', () => {
    for (const mask of MASK_NAMES) {
      const names = vocabulary.names(MASK_KIND[mask]);
      const list = masksOf(`delegate_${mask}: [${names.join(', ')}]`);
      expect(list?.[mask], mask).toBe(vocabulary.knownMask(MASK_KIND[mask]));
    }
  });

  test('any list is the bits of its names, in every profile and spelling', () => {
    const spell = [
      (n: string) => n,
      (n: string) => n.toUpperCase(),
      (n: string) => `BPF_${n}`,
      (n: string) => n.replaceAll('_', '-'),
    ];
    const item = fc.tuple(fc.constantFrom(...vocabularyOf('design').names('cmds')), fc.constantFrom(...spell));
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 40 }),
        fc.constantFrom('v11', 'v12', 'linux-6.9', 'linux-7.3'),
        (items, profile) => {
          const expected = items.reduce((bits, [name]) => bits | (1n << BigInt(vocabulary.require('cmds', name))), 0n);
          const option = `delegate_cmds: [${items.map(([name, as]) => as(name)).join(', ')}]`;
          expect(masksOf(option, profile)?.cmds).toBe(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('any 64-bit number is itself, however it is written', () => {
    const write = fc.constantFrom(
      (n: bigint) => String(n),
      (n: bigint) => `"${n}"`,
      (n: bigint) => `0x${n.toString(16)}`,
      (n: bigint) => `"0X${n.toString(16)}"`,
      (n: bigint) => `0o${n.toString(8)}`,
      (n: bigint) => `"0${n.toString(8)}"`,
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MASK_ANY }), write, (bits, as) => {
        expect(masksOf(`delegate_progs: ${as(bits)}`)?.progs).toBe(bits);
      }),
      { numRuns: cases(100, 200) },
    );
  });
});

describe('mount options', () => {
  test.each(['755', '0755', '0o755', '"755"', '"0755"'])('mode %s is octal', (mode) => {
    const { world } = parseScenario(`profile: linux-6.12\nbpffs: { fs: { mode: ${mode} } }\n`);
    expect((world.bpffs[0]?.options.mode ?? 0) & 0o777).toBe(0o755);
  });

  test('ids are global, and a design has no such options', () => {
    const text = (profile: string) =>
      lines(
        `profile: ${profile}`,
        'userns: { c: { owner: 5 } }',
        'bpffs: { fs: { userns: c, uid: 7, gid: 8, delegate_cmds: 1 } }',
        'tokens: { t: { bpffs: fs } }',
      );
    const merged = parseScenario(text('linux-6.12'));
    expect(merged.world.bpffs[0]?.options).toMatchObject({ uid: 7, gid: 8 });
    expect(merged.warnings).toEqual([]);
    const design = parseScenario(text('v12'));
    expect(design.world.bpffs[0]?.options).toMatchObject({ uid: 0, gid: 0 });
    expect(design.warnings).toEqual([
      { line: 3, column: 32, message: 'bpffs fs: v12 has no option uid and ignores it' },
      { line: 3, column: 40, message: 'bpffs fs: v12 has no option gid and ignores it' },
    ]);
  });
});

describe('user namespaces', () => {
  test('any tree, in any order, is made parents first', () => {
    const tree = fc.array(fc.nat(), { minLength: 1, maxLength: 30 }).chain((parents) =>
      fc.tuple(
        fc.constant(
          parents.map((parent, i) => ({
            name: `n${i}`,
            parent: parent % (i + 1) === i ? 'init' : `n${parent % (i + 1)}`,
          })),
        ),
        fc.shuffledSubarray([...parents.keys()], { minLength: parents.length }),
      ),
    );
    fc.assert(
      fc.property(tree, ([nodes, order]) => {
        const lines = order.map((i) => `  ${nodes[i]?.name}: { parent: ${nodes[i]?.parent}, owner: ${i} }`);
        const { userns } = parseScenario(`profile: v12\nuserns:\n${lines.join('\n')}\n`).world;
        expect(userns).toHaveLength(nodes.length + 1);
        for (const [index, { name, parent, owner }] of userns.entries()) {
          if (index === 0) continue;
          expect(parent).toBeLessThan(index);
          const node = nodes[owner];
          expect([name, userns[parent]?.name]).toEqual([node?.name, node?.parent]);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('the deepest level is 33', () => {
    const names = Array.from({ length: 33 }, (_, i) => `  n${i}: { parent: ${i > 0 ? `n${i - 1}` : 'init'} }`);
    const { world } = parseScenario(
      `profile: linux-6.12\nuserns:\n${names.reverse().join('\n')}\ntasks: { t: { userns: n32 } }\n`,
    );
    expect(world.userns).toHaveLength(34);
    expect(world.userns[world.tasks[0]?.userns ?? 0]?.name).toBe('n32');
  });

  test('names that objects have by themselves are names like others', () => {
    const { world } = parseScenario('profile: v12\nuserns: { constructor: {}, toString: { parent: constructor } }\n');
    expect(world.userns.map(({ name, parent }) => [name, parent])).toEqual([
      ['init', 0],
      ['constructor', 0],
      ['toString', 1],
    ]);
  });
});

test('capabilities in any spelling, all and none', () => {
  const { world } = parseScenario(
    lines(
      'profile: v12',
      'tasks:',
      '  a: { caps: [CAP_BPF, net_admin, Cap-Perfmon, 21] }',
      '  b: { caps: all }',
      '  c: { caps: none }',
      '  d: { caps: [] }',
    ),
  );
  const set = (1n << 39n) | (1n << 12n) | (1n << 38n) | (1n << 21n);
  expect(world.tasks.map(({ effective }) => effective)).toEqual([set, CAP_FULL_SET, 0n, 0n]);
});

describe('tokens', () => {
  const text = (token: string, profile = 'linux-6.12') =>
    lines(
      `profile: ${profile}`,
      'userns: { c: { owner: 9 } }',
      'bpffs: { fs: { userns: c, delegate_cmds: 0x21, delegate_progs: any } }',
      'tasks: { a: { userns: c, caps: [CAP_BPF] } }',
      `tokens: { t: ${token} }`,
    );

  test('copy the masks, and belong to the namespace of their bpffs', () => {
    for (const token of ['{ bpffs: fs }', '{ bpffs: fs, creator: a }']) {
      expect(parseScenario(text(token)).world.tokens).toEqual([
        {
          name: 't',
          userns: 1,
          bpffs: 0,
          allowed: { cmds: 0x21n, maps: 0n, progs: MASK_ANY, attachs: 0n },
          denials: { cmds: 0n, caps: 0n },
        },
      ]);
    }
  });

  test('carry what an LSM denies them', () => {
    const token = '{ bpffs: fs, lsm: { deny_cmds: [BPF_PROG_LOAD, btf_load], deny_caps: [net_admin] } }';
    expect(parseScenario(text(token)).world.tokens[0]?.denials).toEqual({
      cmds: (1n << 5n) | (1n << 18n),
      caps: 1n << 12n,
    });
  });

  test('can be narrowed where the kernel has the extension, and never widened', () => {
    const own = '{ extends: linux-6.12, name: mine, rules: { token_narrowing: true } }';
    const token = '{ bpffs: fs, narrow: { cmds: [prog_load, btf_load], progs: "0x3", maps: any } }';
    const { world } = parseScenario(text(token, own));
    expect(world.tokens[0]?.allowed).toEqual({ cmds: 0x20n, maps: 0n, progs: 3n, attachs: 0n });
    expect(world.profile.name).toBe('mine');
    expect(world.bpffs[0]?.options.delegate.cmds).toBe(0x21n);
  });

  test('can be made of nothing in the initial namespace by a design, and by no release', () => {
    const rest = '\nbpffs: { fs: {} }\ntokens: { t: { bpffs: fs } }\n';
    expect(parseScenario(`profile: v12${rest}`).world.tokens).toHaveLength(1);
    expect(() => parseScenario(`profile: linux-7.3${rest}`)).toThrow(/token t cannot be made: EOPNOTSUPP: /);
  });
});

describe('profiles', () => {
  test('of your own: rules switched, the rest as in the base', () => {
    const { profile } = parseScenario(
      'profile: { extends: linux-7.3, rules: { btf_get_fd_by_id_takes_token: false } }',
    ).world;
    const base = profileNamed('linux-7.3');
    expect(profile.name).toBe('linux-7.3-custom');
    expect(profile.vocabulary).toBe(base.vocabulary);
    expect(profile.rules).toEqual({ ...base.rules, btf_get_fd_by_id_takes_token: false });
  });
});

describe('requests', () => {
  test.each([
    [
      'task: b, cmd: PROG_LOAD, prog_type: BPFProgTypeXdp, expected_attach_type: BPF_XDP, insn_cnt: 0',
      [1, 5, 6, 37, 0],
    ],
    ['task: a, cmd: 5, prog_type: 0x6, insn_cnt: 4294967295', [0, 5, 6, 0, 4294967295]],
    ['task: a, cmd: map_create, map_type: ringbuf', [0, 0, 27, 0, 1]],
    ['task: a, cmd: link_create, prog_type: cgroup_skb, expected_attach_type: 1', [0, 28, 8, 1, 1]],
    ['task: a, cmd: 4294967295', [0, 4294967295, 0, 0, 1]],
  ])('%s', (fields, [task, cmd, type, attachType, insnCnt]) => {
    expect(requestOf(fields)?.request).toEqual({
      task,
      cmd,
      type,
      attachType,
      insnCnt,
      token: NO_TOKEN,
      pre: Fault.NONE,
    });
  });

  test('attaching needs no prog_type: a program of a type whose attaching asks nothing', () => {
    expect(requestOf('task: a, cmd: link_create')?.request.type).toBe(0);
    expect(requestOf('task: a, cmd: prog_attach, prog_type: cgroup_skb')?.request.type).toBe(8);
  });

  test('token_create names its bpffs', () => {
    expect(requestOf('task: a, cmd: token_create, bpffs: fs')?.request.bpffs).toBe(0);
  });

  test.each(Object.keys(Fault).filter((key) => /^[A-Z]/.test(key)))('pre: %s', (name) => {
    const pre = requestOf(`task: a, cmd: btf_load, pre: ${name.toLowerCase()}`)?.request.pre;
    expect(pre).toBe(Fault[name as keyof typeof Fault]);
  });

  test.each([
    ['allowed', { allowed: true }],
    ['EPERM', { allowed: false, errno: 'EPERM' }],
    ['eperm', { allowed: false, errno: 'EPERM' }],
    ['{ verdict: allowed, reason: no_permission_needed }', { allowed: true, outcome: Outcome.NO_PERMISSION_NEEDED }],
    ['{ verdict: allowed, reason: allowed }', { allowed: true, outcome: Outcome.ALLOWED }],
    [
      '{ verdict: EPERM, reason: cap_bpf_missing, token: dropped_attach_type }',
      {
        allowed: false,
        errno: 'EPERM',
        outcome: Outcome.CAP_BPF_MISSING,
        disposition: Disposition.DROPPED_ATTACH_TYPE,
      },
    ],
    [
      '{ verdict: EINVAL, token: none_given }',
      { allowed: false, errno: 'EINVAL', disposition: Disposition.NONE_GIVEN },
    ],
  ])('expect: %s', (expected, expectation) => {
    expect(requestOf(`task: a, cmd: btf_load, expect: ${expected}`)?.expect).toEqual(expectation);
  });

  test('know their place and name', () => {
    const { requests } = parseScenario(
      lines(
        'profile: v12',
        'tasks: { a: }',
        'requests:',
        '  - task: a',
        '    cmd: btf_load',
        '',
        '  # two',
        '  -   name: second',
        '      task: a',
        '      cmd: btf_load',
      ),
    );
    expect(requests.map(({ line, column, name }) => [line, column, name])).toEqual([
      [4, 5, undefined],
      [8, 7, 'second'],
    ]);
  });
});

test('JSON is read as well, tabs and all', () => {
  const file = {
    profile: 'linux-6.12',
    userns: { c: { owner: 1000 } },
    bpffs: { fs: { userns: 'c', delegate_cmds: ['map_create'], delegate_maps: 'any' } },
    tasks: { a: { userns: 'c', euid: 7, caps: ['CAP_BPF'] } },
    tokens: { t: { bpffs: 'fs' } },
    requests: [{ task: 'a', token: 't', cmd: 'map_create', map_type: 'array', expect: 'allowed' }],
  };
  for (const indent of [undefined, 2, '\t']) {
    const { world, requests } = parseScenario(JSON.stringify(file, null, indent));
    expect(new Model(world).ask(requests[0]?.request as never)).toBe(Outcome.ALLOWED | (Disposition.USED << 5));
  }
});

test('aliases stand for what they name, and a mistake in it is told once, where it is written', () => {
  const text = (type: string) =>
    lines(
      'profile: v12',
      'tasks: { a: &task { euid: 5 }, b: *task }',
      'requests:',
      `  - &r { task: b, cmd: map_create, map_type: ${type} }`,
      '  - *r',
    );
  const { world, requests } = parseScenario(text('hash'));
  expect(world.tasks.map(({ euid }) => euid)).toEqual([5, 5]);
  expect(requests.map(({ line }) => line)).toEqual([4, 5]);
  expect(() => parseScenario(text('hsh'), 'f')).toThrow(/^f:4:46: .*"hsh".*$/);
});

describe('warnings', () => {
  const warnings = (text: string) =>
    parseScenario(text).warnings.map(({ line, column, message }) => `${line}:${column}: ${message}`);
  const used = (bpffs: string, profile = 'linux-6.12') =>
    `profile: ${profile}\nuserns: { c: {} }\nbpffs:\n  fs: { userns: c, ${bpffs} }\ntokens: { t: { bpffs: fs } }\n`;

  test('delegated commands that no token is asked about', () => {
    const message = (names: string) => `bpffs fs: delegating ${names} has no effect: no command asks a token for it`;
    expect(warnings(used('delegate_cmds: [map_create, OBJ_GET, btf_load, link_create]'))).toEqual([
      `4:48: ${message('obj_get, link_create')}`,
    ]);
    expect(warnings(used('delegate_cmds: prog_load:map_freeze'))).toEqual([`4:35: ${message('map_freeze')}`]);
    expect(warnings(used('delegate_cmds: [btf_get_fd_by_id]', 'linux-6.14'))).toEqual([
      `4:36: ${message('btf_get_fd_by_id')}`,
    ]);
    expect(warnings(used('delegate_cmds: [btf_get_fd_by_id]', 'linux-6.15'))).toEqual([]);
    expect(warnings(used('delegate_cmds: any'))).toEqual([]);
    expect(warnings(used('delegate_cmds: 0xffff'))).toEqual([]);
  });

  test('names that a number overwrites', () => {
    expect(warnings(used('delegate_cmds: "map_create:prog_load:0x1:btf_load"'))).toEqual([
      '4:35: bpffs fs: delegate_cmds: the number takes the place of what is before it: map_create, prog_load',
    ]);
  });

  test('a bpffs that no token and no request uses', () => {
    const text =
      'profile: v12\nbpffs:\n  a: {}\n  b: {}\n  c: {}\ntasks: { t: }\ntokens: { k: { bpffs: a } }\nrequests:\n';
    expect(warnings(`${text}  - { task: t, cmd: token_create, bpffs: c }\n`)).toEqual([
      '4:3: bpffs b: no token uses it',
    ]);
  });

  test('fields that mean nothing to the command', () => {
    const text = lines(
      'profile: v12',
      'tasks: { t: }',
      'requests:',
      '  - { task: t, cmd: map_create, map_type: hash, prog_type: xdp, insn_cnt: 3 }',
    );
    expect(warnings(text)).toEqual([
      '4:49: request 1: prog_type means nothing to map_create',
      '4:65: request 1: insn_cnt means nothing to map_create',
    ]);
  });
});

describe('any text', () => {
  const isFine = (text: string) => {
    try {
      parseScenario(text);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      expect(error.diagnostics.length).toBeGreaterThan(0);
      for (const { line, column } of error.diagnostics) {
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
      }
    }
  };

  test('is a scenario or has problems: random text', () => {
    fc.assert(fc.property(fc.string({ unit: anyCharacter, maxLength: 200 }), isFine), { numRuns: 120 });
  });

  test('is a scenario or has problems: scenarios with a piece cut, doubled or replaced', () => {
    const texts = Object.values({ ...ONE_MISTAKE, ...MORE_MISTAKES }).filter(({ length }) => length < 2000);
    const pieces = [
      '',
      '{',
      ']',
      ':',
      '- ',
      '&a ',
      '*a',
      '!!set',
      '\t',
      '"',
      '|',
      '0x',
      '~',
      'null',
      '\n  ',
      '<<: ',
      '__proto__',
    ];
    const edit = fc.tuple(
      fc.constantFrom(...texts),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(20),
      fc.constantFrom(...pieces),
    );
    fc.assert(
      fc.property(edit, ([text, where, length, piece]) => {
        const at = Math.floor(where * text.length);
        isFine(text.slice(0, at) + piece + text.slice(at + length));
      }),
      { numRuns: cases(200, 600) },
    );
  });
});

test('thousands of tasks and requests are read', () => {
  const many = Array.from({ length: cases(1500, 5000) }, (_, i) => i);
  const tasks = many.map((i) => `  t${i}: { userns: n${i % 100}, caps: [CAP_BPF] }`);
  const namespaces = many.slice(0, 100).map((i) => `  n${i}: { owner: ${i} }`);
  const requests = many.map((i) => `  - { task: t${i}, cmd: map_create, map_type: hash }`);
  const text = lines('profile: v12', 'userns:', ...namespaces, 'tasks:', ...tasks, 'requests:', ...requests);
  expect(parseScenario(text).requests).toHaveLength(many.length);
});

test('a large scenario with nothing but mistakes is told of all of them', () => {
  const many = Array.from({ length: cases(3000, 10_000) }, (_, i) => i);
  const tasks = many.map((i) => `  t${i}: {}`);
  const requests = many.map((i) => `  - { task: q${i}, cmd: btf_load }`);
  try {
    parseScenario(`profile: v12\ntasks:\n${tasks.join('\n')}\nrequests:\n${requests.join('\n')}\n`);
    expect.unreachable();
  } catch (error) {
    const { diagnostics } = error as ScenarioError;
    expect(diagnostics).toHaveLength(many.length);
    // Looking for the nearest of all names each time would take minutes for ten thousand.
    expect([diagnostics[0]?.nearest, diagnostics.at(-1)?.nearest]).toEqual(['t0', undefined]);
  }
});
