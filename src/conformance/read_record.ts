import { CAP_FULL_SET, CAPABILITY_NAMES } from '../abi/capabilities.js';
import type { UnprivilegedBpfDisabled } from '../kernel/context.js';
import { NEWEST_PROFILE } from '../kernel/profile.js';
import { resolveName } from '../names/spelling.js';
import { isBlank } from '../tables/text/text_lines.js';
import { RecordingError } from './errors.js';
import { columnOf, columnOfSyntaxError } from './json_position.js';
import { readMount } from './read_mount.js';
import { masksOf, resultOf, shownOf } from './read_parts.js';
import { programRecordOf } from './read_program.js';
import { selinuxOf } from './read_selinux.js';
import { INIT_TREE, nsOf, treeOf } from './read_tree.js';
import {
  type Caller,
  FAMILIES,
  HOOKS,
  type LsmProgram,
  type RecordedBpffs,
  type RecordedCase,
  TOKEN_FDS,
  type TokenCreateRecord,
  type Tree,
  type UseRecord,
  VARIANTS,
} from './record.js';
import { FieldError, Fields } from './record_fields.js';

const FOUR = ['BPF', 'PERFMON', 'NET_ADMIN', 'SYS_ADMIN'];
const bitOf = (name: string): bigint => 1n << BigInt((CAPABILITY_NAMES as readonly string[]).indexOf(`CAP_${name}`));
const OTHERS = FOUR.reduce((mask, name) => mask & ~bitOf(name), CAP_FULL_SET);
/** Numbers of the commands with further fields in a record (include/uapi/linux/bpf.h). */
const CMD = { MAP_CREATE: 0, PROG_LOAD: 5, PROG_ATTACH: 8, LINK_CREATE: 28, TOKEN_CREATE: 36 } as const;

/** One line of a recording. Throws a RecordingError; `file` is for its message. Undefined for a blank line. */
export function readRecord(text: string, file: string, line: number): RecordedCase | undefined {
  // A parse error costs an exception, and there may be many blank lines.
  if (isBlank(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const column = columnOfSyntaxError(text);
    throw new RecordingError(file, line, column, 'a record is expected, one JSON object; the line is not JSON');
  }
  try {
    return recordOf(new Fields(value), line);
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    throw new RecordingError(file, line, columnOf(text, error.path), error.message);
  }
}

function recordOf(fields: Fields, line: number): RecordedCase {
  const family = fields.oneOf('family', FAMILIES);
  if (family === 'helpers' || family === 'liberties') {
    const sysctl = sysctlOf(fields, true);
    return programRecordOf(fields, family, { line, kernel: fields.text('kernel'), case: caseName(fields), sysctl });
  }
  const common = {
    line,
    kernel: fields.text('kernel'),
    case: caseName(fields),
    sysctl: sysctlOf(fields, family === 'use' || family === 'lsm' || family === 'selinux'),
    tree: family === 'mount_options' && !fields.has('tree') ? INIT_TREE : treeOf(fields),
  };
  if (family === 'mount_options') return { family, ...common, ...readMount(fields) };
  const lsm = family === 'lsm' ? lsmOf(fields) : null;
  const caller = callerOf(fields.object('caller'), common.tree);
  const selinux = family === 'selinux' ? selinuxOf(fields.object('selinux')) : null;
  if (family === 'token_create') {
    return { family, ...common, caller, ...tokenCreateOf(fields, common.tree), lsm, selinux };
  }
  if (family !== 'use' && cmdOf(fields) === CMD.TOKEN_CREATE) {
    return { family, ...common, caller, ...tokenCreateOf(fields, common.tree), lsm, selinux };
  }
  return { family, ...common, caller, ...useOf(fields, common.tree), lsm, selinux };
}

function caseName(fields: Fields): string {
  const value = fields.raw('case');
  return typeof value === 'number' ? String(value) : fields.text('case');
}

/** The sysctl; only bpf() calls depend on it. */
function sysctlOf(fields: Fields, isNeeded: boolean): UnprivilegedBpfDisabled {
  const key = 'sysctl_unprivileged_bpf_disabled';
  if (!isNeeded && !fields.has(key)) return 2;
  const value = fields.raw(key);
  return value === 0 || value === 1 || value === 2 ? value : fields.fail(key, '0, 1 or 2');
}

function callerOf(fields: Fields, tree: Tree): Caller {
  return { ns: nsOf(fields, tree), euid: fields.u32('euid'), effective: capsOf(fields) };
}

function capsOf(fields: Fields): bigint {
  let effective = 0n;
  for (const name of fields.list('caps')) {
    const short = typeof name === 'string' ? name.replace(/^CAP_/, '') : '';
    if (short === 'OTHERS') effective |= OTHERS;
    else if ((CAPABILITY_NAMES as readonly string[]).includes(`CAP_${short}`)) effective |= bitOf(short);
    else fields.fail('caps', `a list of ${FOUR.join(', ')} and OTHERS`);
  }
  return effective;
}

function lsmOf(fields: Fields): LsmProgram | null {
  if (!fields.has('hook')) return null;
  // libbpf's name of the section is valid too.
  const hook = HOOKS.find((name) => fields.text('hook') === `lsm/${name}`) ?? fields.oneOf('hook', HOOKS);
  return {
    hook,
    returns: fields.int('hook_returns'),
    onlyIfArg: argOf(fields),
  };
}

/** A number, alone or with its name: `{"value": 39, "name": "CAP_BPF"}`. */
function argOf(fields: Fields): number | null {
  const value = fields.raw('deny_only_if_arg');
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? fields.object('deny_only_if_arg').int('value') : fields.int('deny_only_if_arg');
}

/** By its number, or by its name where there is no number; both must mean the same command. */
function cmdOf(fields: Fields): number {
  const named = fields.has('cmd') ? resolveName(NEWEST_PROFILE.vocabulary, 'cmds', fields.text('cmd')) : undefined;
  if (!fields.has('cmd_nr') && fields.has('cmd')) return named ?? fields.fail('cmd', 'the name of a command');
  const number = fields.u32('cmd_nr');
  return named === undefined || named === number ? number : fields.fail('cmd_nr', `${named}, the number of cmd,`);
}

function useOf(
  fields: Fields,
  tree: Tree,
): Omit<UseRecord, 'family' | 'lsm' | 'selinux' | 'caller' | keyof CommonKeys> {
  const cmd = cmdOf(fields);
  const token = fields.objectOrNull('token');
  const tokenFd = fields.oneOf('token_fd', TOKEN_FDS);
  if (tokenFd === 'token' && !token) fields.fail('token', 'the token that token_fd speaks of');
  // A record may have no attached program: then only the descriptor is checked.
  const isAttach = cmd === CMD.PROG_ATTACH || cmd === CMD.LINK_CREATE;
  const progField = (key: string): number => {
    if (cmd === CMD.PROG_LOAD) return fields.u32(key);
    return isAttach ? fields.u32Or(key, 0) : 0;
  };
  return {
    token: token && { ns: nsOf(token, tree), allowed: masksOf(token, 'allowed') },
    cmd,
    type: cmd === CMD.MAP_CREATE ? fields.u32('map_type') : progField('prog_type'),
    attachType: progField('expected_attach_type'),
    tokenFd,
    variant: fields.has('variant') ? fields.oneOf('variant', VARIANTS) : 'plain',
    result: resultOf(fields.has('result') ? fields.object('result') : fields),
  };
}

/** The fields that every family has, read elsewhere. */
interface CommonKeys {
  line: unknown;
  kernel: unknown;
  case: unknown;
  sysctl: unknown;
  tree: unknown;
}

function tokenCreateOf(
  fields: Fields,
  tree: Tree,
): Omit<TokenCreateRecord, 'family' | 'lsm' | 'selinux' | 'caller' | keyof CommonKeys> {
  const bpffs = fields.objectOrNull('bpffs');
  // An lsm record may have only the fields of a use record: then the instance is the one the token was made from.
  const token = bpffs ? null : fields.objectOrNull('token');
  return {
    bpffs: bpffs
      ? bpffsOf(bpffs, tree)
      : token && { ns: nsOf(token, tree), mode: undefined, delegate: masksOf(token, 'allowed') },
    fdKind: fields.has('fd_kind') ? fields.text('fd_kind') : 'bpffs_root',
    flags: fields.u32Or('flags', 0),
    attrSize: fields.u32Or('attr_size', 8),
    nonzeroByteAt: fields.has('nonzero_byte_at') ? fields.u32('nonzero_byte_at') : null,
    result: resultOf(fields.has('result') ? fields.object('result') : fields),
    shown: shownOf(fields),
  };
}

function bpffsOf(fields: Fields, tree: Tree): RecordedBpffs {
  return {
    ns: nsOf(fields, tree),
    mode: modeOf(fields),
    delegate: masksOf(fields, 'delegate'),
  };
}

/** Permission bits: octal digits as text, or a number. */
function modeOf(fields: Fields): number | undefined {
  const mode = fields.raw('mode');
  if (typeof mode !== 'string') return fields.has('mode') ? fields.u32('mode') : undefined;
  return /^(0o)?[0-7]{1,7}$/.test(mode)
    ? Number.parseInt(mode.replace(/^0o/, ''), 8)
    : fields.fail('mode', 'octal digits, say "0755",');
}
