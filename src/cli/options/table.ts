import { TARGET_NAMES } from '../../dialects/write/targets.js';
import { parseCaseId } from '../../fuzz/case_id.js';
import { RANDOM_RULES } from '../../fuzz/random_profile.js';
import { NEWEST_PROFILE, PROFILES } from '../../kernel/profile.js';
import { MAX_UID } from '../../kernel/ranges.js';
import { MAX_WORKERS } from '../../pool/limits.js';
import { NEWEST_LIBBPF } from '../../programs/libbpf/section_rule.js';
import { LOADER_NAMES } from '../../programs/loaders/loader_names.js';
import { FAULT_NAMES } from '../../request/fault_names.js';
import { TABLE_FORMATS } from '../../tables/formats.js';
import { COMPRESSIONS } from '../../tables/output_table.js';
import { defaulted, flag, type OptionTable, required, several, type ValueType, valued } from './option.js';
import {
  among,
  bpffsOwner,
  capabilities,
  compression,
  convertTarget,
  dialectFormat,
  duration,
  fault,
  groupColumns,
  helpers,
  libbpfRelease,
  liberties,
  loader,
  managerRelease,
  profile,
  suggestTarget,
  tableFormat,
  textOf,
  wholeNumber,
} from './values.js';

// Every option of every command: what values it can have, and which others it can stand with. What is not valid here is
// refused before the command runs.

/** Requests that fit memory everywhere: 12 bytes each. */
const MAX_BENCH_ROWS = 100_000_000;
/** Threads of a campaign, which need no place in a memory. */
const MAX_FUZZ_WORKERS = 256;
const MAX_INSN_CNT = 0xffff_ffff;
/** The topic of `list` that no profile changes. */
const PROFILES_TOPIC = 'profiles';

const file: ValueType<string> = { ...textOf('the name of a file'), isFile: true };
const folder: ValueType<string> = { ...textOf('the name of a folder'), isFile: true };
const aTask = textOf('the name of a task');
const aToken = textOf('the name of a token');
const caseId: ValueType<NonNullable<ReturnType<typeof parseCaseId>>> = {
  expected: 'an identity',
  examples: '1-2f3a-17 (seed, world, case)',
  parse: (text) => {
    const value = parseCaseId(text);
    return value ? { value } : { given: text };
  },
};

/** The name of a built-in profile, or the one that stands for profiles with random rules. */
const CAMPAIGN_PROFILES = [...PROFILES.map(({ name }) => name), RANDOM_RULES];
const campaignProfile = among(CAMPAIGN_PROFILES, (text) => CAMPAIGN_PROFILES.find((name) => name === text));

const json = (about: string) => flag('--json', about);
const otherProfile = valued('--profile <name>', 'ask this kernel instead of the scenario’s', profile);

/** What a file of another tool may not say of its delegation. */
const MISSING_FACTS = {
  dialect: valued(
    '--dialect <name>',
    'the format of a file of another tool, where the content does not tell it',
    dialectFormat,
  ),
  kernel: valued('--kernel <name>', `the kernel whose names such a file has, default: ${NEWEST_PROFILE.name}`, profile),
  systemd: valued(
    '--systemd <release>',
    'the release of systemd that reads units, default: 262',
    wholeNumber(200, 999),
  ),
  manager: valued(
    '--manager <release>',
    'the release of Incus or LXD that reads its configuration, default: the newest',
    managerRelease,
  ),
  owner: valued(
    '--owner <userns>',
    'the user namespace that its bpffs belongs to: own or init, default: own',
    bpffsOwner,
  ),
  uid: valued('--uid <number>', 'the uid of its process in the user namespace, default: 0', wholeNumber(0, MAX_UID)),
  caps: valued(
    '--caps <list>',
    'the capabilities of its process there: names, all or none, default: all',
    capabilities,
  ),
} as const satisfies OptionTable;

/** Where a scenario is read, or a file of another tool in place of one. */
const FILE_FACTS = {
  ...MISSING_FACTS,
  delegation: valued(
    '--delegation <name>',
    'which of several delegations of such a file',
    textOf('the name of a delegation'),
  ),
} as const satisfies OptionTable;

const aPattern = textOf('a pattern of requests');
const reasons = flag('--reasons', 'why the others are not allowed', { excludes: ['json'] });
/** What is claimed of every request. */
const CLAIM = { profile: otherProfile, ...FILE_FACTS, json: json('the result as JSON') } as const satisfies OptionTable;

/** `check` and `explain`: one request, by name or by its fields. */
const CALLS = ['progLoad', 'mapCreate', 'btfLoad', 'tokenCreate'] as const;
const ONE_REQUEST = {
  request: valued(
    '--request <name|number>',
    'a request of the scenario: its name, or its number from 1',
    textOf('the name or number of a request'),
    {
      excludes: [
        ...CALLS,
        'task',
        'token',
        'cmd',
        'mapType',
        'progType',
        'expectedAttachType',
        'insnCnt',
        'program',
        'helpers',
        'liberties',
        'bpffs',
        'pre',
      ],
    },
  ),
  task: valued('--task <name>', 'the task that asks', aTask),
  token: valued(
    '--token <name>',
    'the token it uses (prog_attach, link_create: the one the program was loaded with); none: without one',
    aToken,
  ),
  cmd: valued('--cmd <name>', 'the bpf() command: prog_load, BPF_PROG_LOAD, 5', textOf('the name of a command'), {
    excludes: CALLS,
  }),
  progLoad: valued(
    '--prog-load <type>',
    'the same as --cmd prog_load --prog-type',
    textOf('the name of a program type'),
    {
      excludes: ['progType', 'mapType', 'mapCreate', 'btfLoad', 'tokenCreate'],
    },
  ),
  mapCreate: valued(
    '--map-create <type>',
    'the same as --cmd map_create --map-type',
    textOf('the name of a map type'),
    {
      excludes: ['progType', 'mapType', 'btfLoad', 'tokenCreate'],
    },
  ),
  btfLoad: flag('--btf-load', 'the same as --cmd btf_load', { excludes: ['progType', 'mapType', 'tokenCreate'] }),
  tokenCreate: flag('--token-create', 'the same as --cmd token_create', { excludes: ['progType', 'mapType'] }),
  mapType: valued('--map-type <name>', 'for map_create', textOf('the name of a map type'), { field: 'map_type' }),
  progType: valued(
    '--prog-type <name>',
    'for prog_load, prog_attach and link_create',
    textOf('the name of a program type'),
    { field: 'prog_type' },
  ),
  expectedAttachType: valued(
    '--expected-attach-type <name>',
    'for prog_load, prog_attach and link_create, default: 0',
    textOf('the name of an attach type'),
    { field: 'expected_attach_type' },
  ),
  insnCnt: valued(
    '--insn-cnt <number>',
    'for prog_load: instructions of the program, default: 1',
    wholeNumber(0, MAX_INSN_CNT),
    { field: 'insn_cnt' },
  ),
  program: valued(
    '--program <name>',
    'load a program of the scenario, which says its types and what it needs of the verifier',
    textOf('the name of a program'),
    { field: 'program', excludes: [...CALLS, 'progType', 'expectedAttachType', 'helpers', 'liberties'] },
  ),
  helpers: valued('--helpers <list>', 'for prog_load: helpers that the program calls', helpers, { field: 'helpers' }),
  liberties: valued('--liberties <list>', 'for prog_load: what the program takes of the verifier', liberties, {
    field: 'liberties',
  }),
  bpffs: valued('--bpffs <name>', 'for token_create', textOf('the name of a bpffs'), { field: 'bpffs' }),
  withCaps: valued(
    '--with-caps <list>',
    'capabilities that tasks have in place of their own: names, all or none',
    capabilities,
  ),
  pre: valued('--pre <fault>', `something wrong with the call: ${FAULT_NAMES.join(', ')}`, fault),
  profile: otherProfile,
  ...FILE_FACTS,
} as const satisfies OptionTable;

/** The options of each command, by the keys under which it gets their values. */
export const OPTIONS = {
  init: {
    force: flag('--force', 'write over a file that is there', { excludesArgument: '-' }),
    json: json('say what was written as JSON, on standard error where the scenario goes to standard output'),
  },
  list: {
    profile: valued('--profile <name>', `whose names, default: ${NEWEST_PROFILE.name}`, profile, {
      excludesArgument: PROFILES_TOPIC,
    }),
    json: json('as JSON'),
  },
  read: {
    ...MISSING_FACTS,
    annotate: flag('--annotate', 'show each line with what became of it', { excludes: ['json'] }),
    counts: flag('--counts', 'only count files and lines, by format and by what became of them', {
      excludes: ['annotate', 'json'],
    }),
    json: json('as JSON'),
  },
  lint: {
    dialect: MISSING_FACTS.dialect,
    kernel: MISSING_FACTS.kernel,
    systemd: MISSING_FACTS.systemd,
    manager: MISSING_FACTS.manager,
    owner: MISSING_FACTS.owner,
    selinux: flag('--selinux', 'SELinux decides there, which checks tokens from 7.0 on'),
    fix: flag('--fix', 'mend the files where that is certain'),
    json: json('findings as JSON'),
    sarif: flag('--sarif', 'findings as SARIF 2.1.0, for code hosts and editors', { excludes: ['json'] }),
  },
  convert: {
    to: required('--to <format>', 'the format to write', convertTarget),
    ...FILE_FACTS,
    json: json('the text and what was assumed as JSON'),
  },
  needs: {
    libbpf: valued('--libbpf <release>', `whose rules for sections, default: ${NEWEST_LIBBPF}`, libbpfRelease),
    json: json('as JSON'),
  },
  suggest: {
    loader: valued('--loader <name>', `what loads them: ${LOADER_NAMES.join(', ')}; default: libbpf-1.7`, loader),
    kernel: valued('--kernel <name>', `the kernel, default: ${NEWEST_PROFILE.name}`, profile),
    quietProbes: flag('--quiet-probes', 'delegate what probes of the loader need too, so that its log stays clean'),
    for: valued('--for <format>', `write it as well: ${TARGET_NAMES.join(', ')}`, suggestTarget),
    json: json('as JSON'),
  },
  snapshot: {
    out: defaulted('--out <file>', 'where the scenario goes; - for standard output', file, '-'),
    from: valued('--from <folder>', 'read the copy that --save wrote there, in place of this host', folder),
    save: valued('--save <folder>', 'keep what is read of this host there, for --from', folder, {
      excludes: ['from'],
    }),
    json: json(
      'what was seen, and what was not, as JSON; on standard error where the scenario goes to standard output',
    ),
  },
  check: {
    ...ONE_REQUEST,
    object: valued('--object <file>', 'whether the task can load this BPF object, or that of an executable', file, {
      excludes: [
        'request',
        'token',
        'cmd',
        ...CALLS,
        'mapType',
        'progType',
        'expectedAttachType',
        'insnCnt',
        'program',
        'helpers',
        'liberties',
        'pre',
      ],
    }),
    loader: valued('--loader <name>', 'what loads the object, default: libbpf-1.7', loader, { needs: ['object'] }),
    json: json('the verdict as JSON'),
  },
  explain: {
    ...ONE_REQUEST,
    strace: valued(
      '--strace <file>',
      'a log of strace, or messages of libbpf, to explain; - for standard input',
      file,
      {
        excludes: [
          'request',
          ...CALLS,
          'token',
          'cmd',
          'mapType',
          'progType',
          'expectedAttachType',
          'insnCnt',
          'program',
          'helpers',
          'liberties',
          'withCaps',
          'pre',
          'dialect',
          'systemd',
          'manager',
          'owner',
          'uid',
          'caps',
          'delegation',
        ],
      },
    ),
    json: json('the explanation as JSON'),
  },
  matrix: {
    task: valued('--task <name>', 'the task that asks', aTask),
    token: valued('--token <name>', 'the token it uses, default: none', aToken),
    profile: otherProfile,
    compareProfile: several(
      '--compare-profile <name...>',
      'name the requests these kernels answer otherwise',
      profile,
      {
        excludes: ['csv'],
      },
    ),
    helpers: flag('--helpers', 'what its programs may do once they are loaded: helpers, and what the verifier grants', {
      excludes: ['csv'],
    }),
    notGpl: flag('--not-gpl', 'of programs whose licence is not the GPL', { needs: ['helpers'] }),
    sleepable: flag('--sleepable', 'of programs that sleep', { needs: ['helpers'] }),
    withoutMitigations: flag('--without-mitigations', 'of a kernel that was booted with mitigations=off', {
      needs: ['helpers'],
    }),
    ...FILE_FACTS,
    json: json('what is allowed as sets of bits, and every verdict, as JSON'),
    csv: flag('--csv', 'a row for every request, as bpftoken eval writes them', { excludes: ['json'] }),
  },
  'who-can': { reasons, profile: otherProfile, ...FILE_FACTS, json: json('the requests as JSON') },
  'what-can': {
    task: valued('--task <name>', 'the task, or several: * stands for any text, a comma separates names', aTask),
    token: valued('--token <name>', 'the token, or several; none: without one', aToken),
    reasons,
    profile: otherProfile,
    ...FILE_FACTS,
    json: json('the requests as JSON'),
  },
  diff: {
    againstProfile: valued('--against-profile <name>', 'the kernel of the policy after the change', profile),
    againstCaps: valued('--against-caps <list>', 'the capabilities of its tasks: names, all or none', capabilities),
    intended: valued('--intended <pattern>', 'what the change is meant to allow, and nothing else', aPattern),
    only: valued('--only <pattern>', 'the requests to compare, default: all', aPattern, { excludes: ['intended'] }),
    profile: otherProfile,
    ...FILE_FACTS,
    json: json('the differences as JSON'),
  },
  never: CLAIM,
  always: CLAIM,
  implies: CLAIM,
  equivalent: CLAIM,
  test: {
    profile: otherProfile,
    quiet: flag('--quiet', 'only what failed'),
    junit: valued(
      '--junit <file>',
      'write the results as JUnit XML, whole or not at all; - for standard output (the rest goes to standard error)',
      file,
    ),
    allowEmpty: flag('--allow-empty', 'exit status 0 for a scenario without expectations and assertions'),
    json: json('results as JSON'),
  },
  generate: {
    rows: required('--rows <number>', 'how many requests, say 1000000 or 1M', wholeNumber()),
    seed: defaulted('--seed <number>', 'what makes it repeatable', wholeNumber(), '1'),
    out: defaulted(
      '--out <file>',
      'where to (.csv, .ndjson, .arrow, .arrows or .parquet); - for standard output',
      file,
      '-',
    ),
    format: valued(
      '--format <format>',
      `${TABLE_FORMATS.join(', ')}; default: by the file’s name, csv on standard output`,
      tableFormat,
    ),
    compression: valued(
      '--compression <name>',
      `of a Parquet table: ${COMPRESSIONS.join(', ')}; default: snappy; zstd needs Node 22.15`,
      compression,
    ),
    workers: valued(
      '--workers <number>',
      'threads; does not change the table; 1: no others; default: one for each core',
      wholeNumber(1, MAX_WORKERS),
    ),
    ...FILE_FACTS,
    json: json('say what was written as JSON, on standard error where rows go to standard output'),
  },
  eval: {
    requests: valued(
      '--requests <file>',
      'request table (.csv, .ndjson, .arrow, .arrows or .parquet); - for standard input',
      file,
      { excludes: ['generate'] },
    ),
    generate: valued('--generate <rows>', 'decide generated requests instead, say 10M', wholeNumber()),
    seed: defaulted('--seed <number>', 'what makes generated requests repeatable', wholeNumber(), '1', {
      needs: ['generate'],
    }),
    out: valued(
      '--out <file>',
      'where the verdicts go (as the requests); - for standard output; default: nowhere',
      file,
    ),
    format: valued(
      '--format <format>',
      `of the requests: ${TABLE_FORMATS.join(', ')}; default: by the file’s name`,
      tableFormat,
      { needs: ['requests'] },
    ),
    outFormat: valued(
      '--out-format <format>',
      'of the verdicts; default: by the file’s name, else as the requests',
      tableFormat,
      { needs: ['out'] },
    ),
    compression: valued(
      '--compression <name>',
      `of verdicts in Parquet: ${COMPRESSIONS.join(', ')}; default: snappy; zstd needs Node 22.15`,
      compression,
      { needs: ['out'] },
    ),
    profile: otherProfile,
    compareProfile: several('--compare-profile <name...>', 'count the rows these kernels answer otherwise', profile),
    compareOut: valued('--compare-out <file>', 'where all these rows go as CSV; - for standard output', file, {
      needs: ['compareProfile'],
    }),
    strict: flag('--strict', 'stop at the first row that cannot be read: no output, exit status 2', {
      needs: ['requests'],
    }),
    workers: valued(
      '--workers <number>',
      'threads; does not change the output; 1: no others; default: one for each core',
      wholeNumber(1, MAX_WORKERS),
    ),
    summary: valued(
      '--summary <columns>',
      'count by these columns of the output instead, say task,cmd,reason',
      groupColumns,
    ),
    summaryOut: valued('--summary-out <file>', 'where these counts go as CSV; - for standard output', file, {
      needs: ['summary'],
    }),
    ...FILE_FACTS,
    json: json('the summary as JSON'),
  },
  fuzz: {
    for: valued('--for <duration>', 'how long, say 500ms, 60s or 2m; default: 60s, unless --cases is given', duration),
    cases: valued('--cases <number>', 'how many cases, say 1000000 or 1M', wholeNumber(1)),
    seed: defaulted('--seed <number>', 'which campaign: the same cases for the same seed', wholeNumber(), '1'),
    workers: valued(
      '--workers <number>',
      'threads; does not change the cases; default: one for each core',
      wholeNumber(1, MAX_FUZZ_WORKERS),
    ),
    profile: several(
      '--profile <name...>',
      `these kernels only; ${RANDOM_RULES}: rules drawn at random; default: all`,
      campaignProfile,
    ),
    case: valued(
      '--case <id>',
      'one case again, say 1-2f3a-17: as a scenario file, shrunk where the sides disagree',
      caseId,
      { excludes: ['for', 'cases', 'seed', 'workers', 'profile'] },
    ),
    json: json('the summary and the findings as JSON'),
  },
  replay: {
    profile: valued(
      '--profile <name>',
      'ask this kernel instead of the recorded one: shows what changed between the two',
      profile,
    ),
    json: json('counts and the first disagreements as JSON'),
  },
  probe: {
    cases: defaulted('--cases <number>', 'how many questions', wholeNumber(1), '2500'),
    seed: defaulted('--seed <number>', 'another seed asks other questions', wholeNumber(), '1'),
    profile: valued(
      '--profile <name>',
      'compare with this kernel; default: the release that runs, or the newest known',
      profile,
    ),
    out: valued('--out <file>', 'keep the recording, .ndjson or .ndjson.gz', file),
    json: json('counts and the first disagreements as JSON'),
  },
  bench: {
    for: defaulted('--for <duration>', 'how long to measure, say 500ms, 5s or 2m', duration, '5s'),
    rows: defaulted('--rows <number>', 'how many different requests are drawn', wholeNumber(1, MAX_BENCH_ROWS), '1M'),
    batch: valued(
      '--batch <rows>',
      'requests decided at a time; default: 16384, or all where they are fewer',
      wholeNumber(1, MAX_BENCH_ROWS),
    ),
    seed: defaulted('--seed <number>', 'which requests: the same ones for the same seed', wholeNumber(), '1'),
    workers: valued('--workers <number>', 'threads; default: one for each core', wholeNumber(1, MAX_WORKERS)),
    profile: otherProfile,
    ...FILE_FACTS,
    json: json('the measurement as JSON'),
  },
  completion: {},
} as const satisfies Readonly<Record<string, OptionTable>>;

export type CommandName = keyof typeof OPTIONS;
