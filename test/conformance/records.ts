import { ERRNO, type ErrnoName } from '../../src/abi/errno.js';
import { readRecord } from '../../src/conformance/read_record.js';
import { FAMILIES } from '../../src/conformance/record.js';
import { RecordingReplay, type ReplayOptions } from '../../src/conformance/replay.js';
import type { ReplayStats } from '../../src/conformance/replay_stats.js';

/** A record as its JSON has it. */
export type Json = Record<string, unknown>;

/** A result: `ok`, or an error's name. */
export function result(answer: 'ok' | ErrnoName): Json {
  return answer === 'ok' ? { ok: true, errno: 0, error: null } : { ok: false, errno: ERRNO[answer], error: answer };
}

export const TREE = [
  { ns: 'init', parent: null, level: 0, owner_uid: 0 },
  { ns: 'u1', parent: 'init', level: 1, owner_uid: 1000 },
  { ns: 'u2', parent: 'u1', level: 2, owner_uid: 101000 },
];
/** The level of a namespace of TREE. */
function levelOf(ns: string): number | undefined {
  return TREE.find((one) => one.ns === ns)?.level;
}

export const FOUR = ['BPF', 'PERFMON', 'NET_ADMIN', 'SYS_ADMIN'];
export const ANY = '0xffffffffffffffff';

export function token(masks: Partial<Record<'cmds' | 'maps' | 'progs' | 'attachs', string>> = {}, ns = 'u1'): Json {
  const { cmds = ANY, maps = ANY, progs = ANY, attachs = ANY } = masks;
  return {
    ns,
    level: levelOf(ns),
    allowed_cmds: cmds,
    allowed_maps: maps,
    allowed_progs: progs,
    allowed_attachs: attachs,
  };
}

export function caller(caps: readonly string[], ns = 'u1', euid = ns === 'init' ? 0 : 100_000): Json {
  return { ns, level: levelOf(ns), euid, caps };
}

/** A MAP_CREATE of a hash through a token that permits it, unless `more` says otherwise. */
export function use(answer: 'ok' | ErrnoName, more: Json = {}): Json {
  return {
    family: 'use',
    kernel: '7.3.4-test',
    case: 'use-0',
    sysctl_unprivileged_bpf_disabled: 2,
    tree: TREE,
    caller: caller(['BPF']),
    token: token(),
    cmd: 'map_create',
    cmd_nr: 0,
    map_type: 1,
    map_type_name: 'hash',
    token_fd: 'token',
    variant: 'plain',
    result: result(answer),
    ...more,
  };
}

/** What a PROG_LOAD has besides. */
export function prog(type: number, attachType = 0): Json {
  return { cmd: 'prog_load', cmd_nr: 5, prog_type: type, expected_attach_type: attachType, map_type: undefined };
}

export function tokenCreate(answer: 'ok' | ErrnoName, more: Json = {}): Json {
  const isOk = answer === 'ok';
  return {
    family: 'token_create',
    kernel: '7.3.4-test',
    case: 'token_create-0',
    sysctl_unprivileged_bpf_disabled: 2,
    tree: TREE,
    caller: caller(['BPF']),
    bpffs: bpffs(),
    fd_kind: 'bpffs_root',
    flags: 0,
    attr_size: 8,
    nonzero_byte_at: null,
    result: result(answer),
    fdinfo: isOk ? { allowed_cmds: '0x1', allowed_maps: 'any', allowed_progs: '0x0', allowed_attachs: '0x0' } : null,
    info: isOk ? { allowed_cmds: '0x1', allowed_maps: ANY, allowed_progs: '0x0', allowed_attachs: '0x0' } : null,
    ...more,
  };
}

export function bpffs(ns = 'u1', cmds = '0x1', maps = ANY): Json {
  return {
    ns,
    level: levelOf(ns),
    mode: '0700',
    delegate_cmds: cmds,
    delegate_maps: maps,
    delegate_progs: '0x0',
    delegate_attachs: '0x0',
  };
}

/** One fsconfig() call. */
export function step(by: string, op: string, key: string | null, value: string | null, answer: 'ok' | ErrnoName): Json {
  return { by, op, key, value, result: result(answer) };
}

export function mount(steps: readonly Json[], more: Json = {}): Json {
  return {
    family: 'mount_options',
    kernel: '7.3.4-test',
    case: 'mount_options-0',
    tree: TREE,
    opener: 'ns_root',
    sb_userns: 'u1',
    steps: [...steps, step('init_root', 'create', null, null, 'ok')],
    created: true,
    mount: result('ok'),
    options: 'rw',
    source: 'none',
    token: { result: result('ENOENT') },
    ...more,
  };
}

/** Replays records as one recording. */
export function replay(records: readonly Json[], options: ReplayOptions = {}): ReplayStats {
  const run = new RecordingReplay(options);
  run.push(
    'test.ndjson',
    records
      .map((record, i) => readRecord(JSON.stringify(record), 'test.ndjson', i + 1))
      .filter((record) => record !== undefined),
  );
  run.endOfFile('test.ndjson');
  return run.stats;
}

/** What each record came to, in order of families: `agreed`, `disagreed`, or a stage. */
export function outcome(record: Json, options: ReplayOptions = {}): string {
  const stats = replay([record], options);
  for (const family of FAMILIES) {
    const count = stats.families.get(family);
    if (!count) continue;
    if (count.agreed > 0) return 'agreed';
    if (count.disagreed > 0) return 'disagreed';
    return [...count.outside.keys()][0] ?? 'nothing';
  }
  return 'nothing';
}
