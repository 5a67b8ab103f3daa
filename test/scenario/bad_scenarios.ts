// Scenarios with mistakes in them. What each is told is in golden/errors.txt.

import { lines } from './lines.js';

const P = 'profile: linux-6.12\n';
const C = `${P}userns: { c: {} }\nbpffs: { fs: { userns: c, delegate_cmds: any } }\n`;
const chain = (depth: number) =>
  Array.from({ length: depth }, (_, i) => `  n${i + 1}: { parent: ${i > 0 ? `n${i}` : 'init'} }`).join('\n');
const request = (fields: string) => `${P}tasks: { agent: {} }\nrequests:\n  - { ${fields} }\n`;

/** Each has one mistake, however much depends on it, and so must be told of one problem. */
export const ONE_MISTAKE: Readonly<Record<string, string>> = {
  'misspelt program type': request('task: agent, cmd: prog_load, prog_type: xpd'),
  'misspelt command': request('task: agent, cmd: prog_laod, prog_type: xdp'),
  'misspelt attach type': request('task: agent, cmd: prog_load, prog_type: xdp, expected_attach_type: xdpp'),
  'misspelt map type': request('task: agent, cmd: map_create, map_type: hsh'),
  'map type of a later release': request('task: agent, cmd: map_create, map_type: insn_array'),
  'command number past 32 bits': request('task: agent, cmd: 0x1ffffffff'),
  'map_create without map_type': request('task: agent, cmd: map_create'),
  'prog_load without prog_type': request('task: agent, cmd: BPF_PROG_LOAD'),
  'token_create without bpffs': request('task: agent, cmd: token_create'),
  'bpffs for another command':
    P +
    lines('bpffs: { fs: {} }', 'tasks: { agent: {} }', 'requests:', '  - { task: agent, cmd: btf_load, bpffs: fs }'),
  'missing task': request('cmd: btf_load'),
  'missing command': request('task: agent'),
  'undefined task': request('task: agnet, cmd: btf_load'),
  'undefined token': request('task: agent, token: t, cmd: btf_load'),
  'unknown fault': request('task: agent, cmd: btf_load, pre: token_badf'),
  'unknown errno expected': request('task: agent, cmd: btf_load, expect: EPREM'),
  'unknown reason expected': request('task: agent, cmd: btf_load, expect: { verdict: EPERM, reason: cap_bfp_missing }'),
  'unknown fate expected': request('task: agent, cmd: btf_load, expect: { verdict: EPERM, token: droped_cmd }'),
  'contradicting expectation': request(
    'task: agent, cmd: btf_load, expect: { verdict: allowed, reason: cap_bpf_missing }',
  ),
  'expectation of another type': request('task: agent, cmd: btf_load, expect: 3'),
  'unknown key inside an expectation': request('task: agent, cmd: btf_load, expect: { verdict: EPERM, why: x }'),
  'instructions past 32 bits': request('task: agent, cmd: prog_load, prog_type: xdp, insn_cnt: 99999999999999999999'),
  'leading zero': request('task: agent, cmd: prog_load, prog_type: xdp, insn_cnt: 010'),

  'undefined namespace':
    P +
    lines(
      'userns: { container: {} }',
      'bpffs:',
      '  fs: { userns: contaner, delegate_cmds: any }',
      'tokens: { t: { bpffs: fs } }',
      'tasks: { agent: {} }',
      'requests: [{ task: agent, token: t, cmd: btf_load }]',
    ),
  'undefined parent': `${P}userns:\n  a: { parent: b }\n  c: { parent: a }\ntasks: { t: { userns: c } }\n`,
  'namespace cycle':
    P +
    lines('userns:', '  a: { parent: b }', '  b: { parent: a }', '  c: { parent: a }', 'tasks: { t: { userns: c } }'),
  'namespace cycle reached from outside': `${P}userns:\n  c: { parent: a }\n  a: { parent: b }\n  b: { parent: a }\n`,
  'namespace its own parent': `${P}userns:\n  a: { parent: a }\n`,
  'nesting past the limit': `${P}userns:\n${chain(36)}\ntasks: { t: { userns: n36 } }\n`,
  'init redefined': `${P}userns:\n  init: { owner: 3 }\n`,
  'uid that means none': `${P}tasks:\n  a: { euid: 4294967295 }\n`,
  'uid of another type': `${P}tasks:\n  a: { euid: root }\n`,

  'mask wider than 64 bits': `${P}bpffs:\n  fs: { delegate_cmds: 0x1ffffffffffffffff }\n`,
  'decimal mask wider than 64 bits': `${P}bpffs:\n  fs: { delegate_maps: 18446744073709551616 }\n`,
  'item wider than 64 bits': `${P}bpffs:\n  fs: { delegate_cmds: "map_create:0x10000000000000000" }\n`,
  'negative mask': `${P}bpffs:\n  fs: { delegate_cmds: -1 }\n`,
  'misspelt name in an option': `${P}bpffs:\n  fs: { delegate_cmds: map_craete:prog_load }\n`,
  'prefix in an option': `${P}bpffs:\n  fs: { delegate_cmds: BPF_PROG_LOAD }\n`,
  'comma in an option': `${P}bpffs:\n  fs: { delegate_cmds: "map_create,prog_load" }\n`,
  'capital ANY': `${P}bpffs:\n  fs: { delegate_cmds: ANY }\n`,
  'empty option': `${P}bpffs:\n  fs: { delegate_cmds: "" }\n`,
  'empty item': `${P}bpffs:\n  fs: { delegate_maps: "hash:" }\n`,
  'no value': `${P}bpffs:\n  fs:\n    delegate_maps:\n`,
  'number in a list': `${P}bpffs:\n  fs: { delegate_cmds: [map_create, "0x3"] }\n`,
  'misspelt name in a list': `${P}bpffs:\n  fs:\n    delegate_progs:\n      - xdp\n      - kprobee\n`,
  'misspelt name in the only delegation of a token':
    P +
    lines(
      'userns: { c: {} }',
      'bpffs: { fs: { userns: c, delegate_cmds: [map_craete] } }',
      'tokens: { t: { bpffs: fs } }',
    ),
  'option too long': `${P}bpffs:\n  fs: { delegate_cmds: "${'map_create:'.repeat(30)}prog_load" }\n`,
  'names in a design': 'profile: v12\nbpffs:\n  fs: { delegate_cmds: map_create:prog_load }\n',
  'decimal mode': `${P}bpffs:\n  fs: { mode: 999 }\n`,
  'unknown LSM errno': `${P}bpffs: { fs: { lsm: { deny_token_create: EACCESS } } }\n`,

  'token of the initial namespace':
    P +
    lines(
      'bpffs: { fs: { delegate_cmds: any } }',
      'tokens:',
      '  t: { bpffs: fs }',
      'tasks: { a: {} }',
      'requests: [{ task: a, token: t, cmd: btf_load }]',
    ),
  'token creator without CAP_BPF':
    C + lines('tasks: { a: { userns: c, caps: [CAP_SYS_ADMIN] } }', 'tokens:', '  t: { bpffs: fs, creator: a }'),
  'token creator of another namespace': `${C}tasks: { a: { caps: all } }\ntokens:\n  t: { bpffs: fs, creator: a }\n`,
  'token without delegation': `${P}userns: { c: {} }\nbpffs: { fs: { userns: c } }\ntokens:\n  t: { bpffs: fs }\n`,
  'token an LSM refuses':
    P +
    lines(
      'userns: { c: {} }',
      'bpffs: { fs: { userns: c, delegate_cmds: any, lsm: { deny_token_create: EACCES } } }',
      'tokens:',
      '  t: { bpffs: fs }',
    ),
  'token without bpffs': `${C}tokens:\n  t: {}\n`,
  'empty token': `${C}tokens:\n  t:\n`,
  'undefined bpffs': `${C}tokens:\n  t: { bpffs: sf }\n`,
  'undefined creator': `${C}tasks: { root: {} }\ntokens:\n  t: { bpffs: fs, creator: rot }\n`,
  'broken creator': `${C}tasks: { root: { caps: [CAP_BFP] } }\ntokens:\n  t: { bpffs: fs, creator: root }\n`,
  'narrowing without the extension': `${C}tokens:\n  t: { bpffs: fs, narrow: { cmds: [map_create] } }\n`,
  'narrowing to more than 64 bits': lines(
    'profile: { extends: linux-6.12, rules: { token_narrowing: true } }',
    'userns: { c: {} }',
    'bpffs: { fs: { userns: c, delegate_cmds: any } }',
    'tokens:',
    '  t: { bpffs: fs, narrow: { cmds: 0x1ffffffffffffffff } }',
  ),
  'misspelt denied command': `${C}tokens:\n  t: { bpffs: fs, lsm: { deny_cmds: [prog_lod] } }\n`,
  'unknown denied capability': `${C}tokens:\n  t: { bpffs: fs, lsm: { deny_caps: [CAP_NOTHING] } }\n`,
  'misspelt capability': `${P}tasks:\n  a: { caps: [bpf, net_admn] }\n`,
  'one capability without a list': `${P}tasks:\n  a: { caps: CAP_BPF }\n`,

  'unknown key': `${P}tasks:\n  a: { cap: all }\n`,
  'unknown section': `${P}task: {}\n`,
  'no profile': 'tasks: { a: {} }\n',
  'unknown profile': lines(
    'profile: linux-6.21',
    'bpffs: { fs: { delegate_cmds: map_create:prog_load } }',
    'tasks: { t: {} }',
    'requests: [{ task: t, cmd: map_create, map_type: insn_array }]',
  ),
  'release as profile': 'profile: "6.12"\n',
  'number as profile': 'profile: 6.12\n',
  'profile far from any': 'profile: windows\n',
  'unknown base': 'profile: { extends: v13 }\n',
  'no base': 'profile: { rules: {} }\n',
  'built-in name for an own profile': 'profile: { extends: v12, name: v11 }\n',
  'unknown rule': 'profile: { extends: v12, rules: { token_narowing: true } }\n',
  'rule of another type': 'profile: { extends: v12, rules: { token_narrowing: yes } }\n',
  'sysctl out of range': `${P}unprivileged_bpf_disabled: 3\n`,
  'section of another type': `${P}userns: [a]\n`,
  'requests of another type': `${P}requests: { a: 1 }\n`,
  'task of another type': `${P}tasks: { a: x }\n`,

  tabs: `${P}tasks:\n\ta: {}\n`,
  'empty file': '',
  'only comments': '# profile: linux-6.12\n# tasks: {}\n',
  'only a document start': '---\n',
  'a word': 'hello\n',
  'a list': '- a\n',
  'duplicate key': `${P}tasks:\n  a: {}\n  b: {}\n  a: { euid: 1 }\n`,
  'duplicate section': `${P}tasks: {}\nrequests: []\ntasks: {}\n`,
  'alias bomb': lines(
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]',
    'c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]',
    'd: [*c,*c,*c,*c]',
  ),
  'alias of nothing': `${P}tasks: *x\n`,
  'alias of itself': `${P}requests: &r [*r]\n`,
  'name with a space': `${P}tasks:\n  "a b": {}\n`,
  'number as name': `${P}tasks:\n  1000: {}\n`,
  '__proto__ as name': `${P}tasks:\n  __proto__: {}\n`,
  'map as key': `${P}? [a, b]\n: 3\n`,
  'two documents': `${P}---\n${P}`,
  'nested lists': `${P}tasks: ${'['.repeat(100_000)}`,
  'nested dashes': '- '.repeat(100_000),
  'nested maps': '{a: '.repeat(100_000),
  'too large': `${P}#${'x'.repeat(9 * 1024 * 1024)}`,
  'too large in bytes': `${P}#${'é'.repeat(4.5 * 1024 * 1024)}`,
  'open brace': `${P}tasks: { a: {}\n`,
  'open quote': `${P}tasks: "a\n`,
  'two colons': 'a: b: c\n',
  'control characters': '\0\u0001',
  'misspelt in JSON': lines(
    '{"profile": "linux-6.12",',
    '\t"tasks": {"a": {}},',
    '\t"requests": [{"task": "a", "cmd": "prog_load", "prog_type": "xpd"}]}',
  ),
  'text after JSON': '{"profile": "linux-6.12"} x',
};

/** Several mistakes: each is told, in the order of the text. */
export const MORE_MISTAKES: Readonly<Record<string, string>> = {
  'wrong types':
    P +
    lines(
      'unprivileged_bpf_disabled: yes',
      'tasks:',
      '  a: { euid: -1, caps: 3 }',
      '  b: { euid: 1.5 }',
      '  c: x',
      'requests: 3',
    ),
  'unknown names':
    P +
    lines(
      'tasks:',
      '  a: { userns: ghost, caps: [CAP_BFP] }',
      'requests:',
      '  - { task: b, cmd: prog_laod, expect: EPREM }',
      '  - { task: a, cmd: btf_load }',
    ),
  'sections in another order': lines(
    'requests: [{ task: nobody, cmd: btf_load }]',
    'tokens: { t: { bpffs: nowhere } }',
    'userns: { a: { parent: a } }',
    'profile: linux-6.12',
  ),
  'two cycles': `${P}userns:\n  a: { parent: b }\n  b: { parent: a }\n  c: { parent: d }\n  d: { parent: c }\n`,
  'two branches too deep':
    P + lines('userns:', `${chain(33)}`, '  x: { parent: n33 }', '  y: { parent: n33 }', '  z: { parent: y }'),
  'more than are shown': `${P}tasks:\n${Array.from({ length: 23 }, (_, i) => `  t${i}: { eiud: 1 }`).join('\n')}\n`,
};
