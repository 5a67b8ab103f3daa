import { describe, expect, test } from 'vitest';
import { CAP_SYS_ADMIN } from '../../src/abi/capabilities.js';
import type { ReplayOptions } from '../../src/conformance/replay.js';
import { REAL_SIDES, type Sides } from '../../src/conformance/sides.js';
import { extendProfile, type Rules } from '../../src/kernel/profile.js';
import { NO_TOKEN, type Request, type World } from '../../src/kernel/world.js';
import { ANY, caller, type Json, mount, prog, replay, result, step, token, tokenCreate, use } from './records.js';

/** Cases of a kernel that is as it should be, each of which shows a rule. */
const CASES: Readonly<Record<string, Json>> = {
  'an ancestor may use the token': use('ok', { caller: caller(['BPF'], 'init') }),
  'the owner has every capability': use('ok', { caller: caller([], 'init', 1000) }),
  'another uid has none': use('EPERM', { caller: caller([], 'init', 1001) }),
  'CAP_SYS_ADMIN stands in': use('ok', { caller: caller(['SYS_ADMIN']) }),
  'a token without the bit is dropped': use('EPERM', { token: token({ maps: '0x4' }) }),
  'a dropped token does no harm': use('ok', { token: token({ cmds: '0x0' }), caller: caller(['BPF'], 'init') }),
  'attach type 0 is fixed up': use('ok', {
    ...prog(9),
    token: token({ attachs: '0x4' }),
    caller: caller(['BPF', 'NET_ADMIN']),
  }),
  'attach types have to fit': use('EINVAL', { ...prog(8, 5) }),
  'BTF_GET_FD_BY_ID takes a token': use('ok', { cmd: 'btf_get_fd_by_id', cmd_nr: 19, caller: caller(['SYS_ADMIN']) }),
  'file flags are checked late': use('EPERM', { variant: 'map_rdonly_wronly', caller: caller([]) }),
  'the flag is needed': use('EPERM', { token_fd: 'flag_unset_fd_set' }),
  'no token in the initial namespace': tokenCreate('EOPNOTSUPP', {
    caller: caller(['BPF'], 'init'),
    bpffs: {
      ns: 'init',
      mode: 0,
      delegate_cmds: '0x1',
      delegate_maps: ANY,
      delegate_progs: '0x0',
      delegate_attachs: '0x0',
    },
  }),
  'no token without delegation': tokenCreate('ENOENT', {
    bpffs: {
      ns: 'u1',
      mode: 0,
      delegate_cmds: '0x0',
      delegate_maps: '0x0',
      delegate_progs: '0x0',
      delegate_attachs: '0x0',
    },
  }),
  'a token has information': tokenCreate('ok'),
  'masks have names': mount([step('init_root', 'set_string', 'delegate_cmds', 'prog_load', 'ok')], {
    options: 'rw,delegate_cmds=prog_load',
    token: { result: result('ok') },
  }),
};
const RECORDS = Object.entries(CASES).map(([name, record]) => ({ ...record, case: name }));

/** The names of the cases that show it. */
function caught(options: ReplayOptions): string[] {
  return replay(RECORDS, options).first.map(({ judged }) => judged.record.case);
}

/** Both sides in another world, or asked another request: as if they had the rule wrong. */
function wrong(
  world: (world: World) => World,
  request: (request: Request, world: World) => Request = (one) => one,
): Sides {
  return {
    model: (given) => {
      const model = REAL_SIDES.model(world(given));
      return { ask: (asked, trace) => model.ask(request(asked, given), trace) };
    },
    fast: (first) => {
      const fast = REAL_SIDES.fast(world(first));
      let current = first;
      return {
        checkRequest: (asked) => fast.checkRequest(request(asked, current)),
        checkBatch: (columns, out) => {
          const rows = Array.from(out, (_, row) => row);
          fast.checkBatch(columns, out);
          for (const row of rows) {
            out[row] = fast.checkRequest(request(rowRequest(columns, row), current));
          }
        },
        replaceWorld: (next) => {
          current = next;
          fast.replaceWorld(world(next));
        },
      };
    },
  };
}

function rowRequest(columns: Parameters<ReturnType<Sides['fast']>['checkBatch']>[0], row: number): Request {
  return {
    task: columns.task[row] as number,
    token: columns.token[row] as number,
    cmd: columns.cmd[row] as number,
    type: columns.type[row] as number,
    attachType: columns.attachType[row] as number,
    insnCnt: columns.insnCnt?.[row] ?? 1,
    pre: columns.pre?.[row] ?? 0,
  };
}

test('nothing is wrong with the model as it is', () => {
  expect(replay(RECORDS)).toMatchObject({ cases: RECORDS.length, disagreed: 0 });
});

describe('a rule of the profile that is switched', () => {
  const rules: [keyof Rules, boolean, string][] = [
    ['token_needs_own_userns', true, 'the owner has every capability'],
    ['btf_get_fd_by_id_takes_token', false, 'BTF_GET_FD_BY_ID takes a token'],
    ['map_file_flags_checked_late', false, 'file flags are checked late'],
    ['token_fd_needs_flag', false, 'the flag is needed'],
    ['token_create_in_init_userns', true, 'no token in the initial namespace'],
    ['token_create_without_delegation', true, 'no token without delegation'],
    ['token_info', false, 'a token has information'],
    ['delegate_names', false, 'masks have names'],
  ];

  test.each(rules)('%s: %s', (rule, value, shows) => {
    const mutate: ReplayOptions['mutate'] = (profile) => extendProfile(profile, 'wrong', { [rule]: value });
    expect(caught({ mutate })).toContain(shows);
  });
});

describe('a rule of capabilities and tokens that is wrong', () => {
  const nobodyOwns = (world: World): World => ({
    ...world,
    userns: world.userns.map((ns) => ({ ...ns, owner: 424_242 })),
  });
  const withoutSysAdmin = (world: World): World => ({
    ...world,
    tasks: world.tasks.map((task) => ({ ...task, effective: task.effective & ~(1n << BigInt(CAP_SYS_ADMIN)) })),
  });
  const everyBit = (world: World): World => ({
    ...world,
    tokens: world.tokens.map((one) => ({
      ...one,
      allowed: { cmds: BigInt(ANY), maps: BigInt(ANY), progs: BigInt(ANY), attachs: BigInt(ANY) },
    })),
  });
  const same = (world: World): World => world;

  test.each([
    ['owners are nobody', wrong(nobodyOwns), 'the owner has every capability'],
    ['CAP_SYS_ADMIN does not stand in', wrong(withoutSysAdmin), 'CAP_SYS_ADMIN stands in'],
    ['masks are not looked at', wrong(everyBit), 'a token without the bit is dropped'],
    ['tokens are never used', wrong(same, (request) => ({ ...request, token: NO_TOKEN })), 'CAP_SYS_ADMIN stands in'],
    [
      'attach type 0 stays 0',
      wrong(same, (request) => (request.cmd === 5 && request.type === 9 ? { ...request, attachType: 3 } : request)),
      'attach type 0 is fixed up',
    ],
    [
      'any attach type fits',
      wrong(same, (request) => (request.cmd === 5 && request.type === 8 ? { ...request, attachType: 0 } : request)),
      'attach types have to fit',
    ],
  ] as const)('%s', (_why, sides, shows) => {
    const names = caught({ sides });
    expect(names).toContain(shows);
    expect(names.length).toBeLessThan(RECORDS.length);
  });
});

test('a hot path that says otherwise than the model is caught even where the model is right', () => {
  const sides: Sides = {
    ...REAL_SIDES,
    fast: (world) => {
      const fast = REAL_SIDES.fast(world);
      return {
        checkRequest: (request) => fast.checkRequest({ ...request, token: NO_TOKEN }),
        checkBatch: (columns, out) => fast.checkBatch(columns, out),
        replaceWorld: (next) => fast.replaceWorld(next),
      };
    },
  };
  const tally = replay(RECORDS, { sides });
  expect(tally.disagreed).toBeGreaterThan(0);
  const [first] = tally.first;
  expect(first?.judged.differences).toEqual([]);
  expect(first?.judged.wasm?.request).not.toBe(first?.judged.model);
  expect(first?.judged.wasm?.batch).toBe(first?.judged.model);
});
