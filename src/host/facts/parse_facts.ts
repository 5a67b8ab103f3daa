import { columnOf, columnOfSyntaxError } from '../../conformance/json_position.js';
import type { Position } from '../../diagnostics/diagnostics.js';
import { MAX_UID } from '../../kernel/ranges.js';
import { type Check, listCheck, objectCheck, oneOfCheck, orNull, textCheck, wholeCheck } from './fact_checks.js';
import { FACTS_SCHEMA, type HostFacts, UNSEEN_KINDS } from './host_facts.js';

/** Why a text is no saved copy of facts. */
export interface FactsProblem extends Position {
  /** What is wrong, with the path of the value: `processes[3].pid: a whole number from 1 to 4194304 is expected`. */
  readonly message: string;
}

/** PID_MAX_LIMIT of 64 bits. Source: include/linux/threads.h. */
const MAX_PID = 4 * 1024 * 1024;
const MAX_U32 = 0xffff_ffff;

const id = wholeCheck(0, MAX_UID);
const inode = wholeCheck(0, Number.MAX_SAFE_INTEGER);
const pid = wholeCheck(1, MAX_PID);
const count = wholeCheck(0, Number.MAX_SAFE_INTEGER);
const capabilities = textCheck(/^[0-9a-f]{1,16}$/, 'a set of capabilities in 1 to 16 hexadecimal digits');
const mask = textCheck(/^[0-9a-f]{1,16}$/, 'a mask in 1 to 16 hexadecimal digits');
const idMap = orNull(listCheck(listCheck(wholeCheck(0, MAX_U32), 3)));

const FORM: Check = objectCheck({
  schema: oneOfCheck([FACTS_SCHEMA]),
  kernel: textCheck(),
  machine: textCheck(),
  reader: objectCheck({ euid: id, userns: orNull(inode) }),
  relations: oneOfCheck(['perl', 'python3', 'none']),
  unprivileged_bpf_disabled: orNull(wholeCheck(0, MAX_U32)),
  lsm: orNull(listCheck(textCheck())),
  userns: listCheck(
    objectCheck({
      ino: inode,
      parent: orNull(inode),
      owner: orNull(id),
      uid_map: idMap,
      gid_map: idMap,
      cgroup: orNull(textCheck()),
    }),
  ),
  mount_namespaces: listCheck(objectCheck({ ino: inode, userns: orNull(inode), mountinfo: orNull(textCheck()) })),
  processes: listCheck(
    objectCheck({
      pid,
      comm: textCheck(),
      uid: listCheck(id, 4),
      gid: listCheck(id, 4),
      effective: capabilities,
      permitted: capabilities,
      bounding: capabilities,
      nspid: listCheck(pid),
      userns: orNull(inode),
      mntns: orNull(inode),
      netns: orNull(inode),
      uid_map: idMap,
      gid_map: idMap,
    }),
  ),
  tokens: listCheck(
    objectCheck({
      pid,
      fd: count,
      link: textCheck(),
      device: orNull(textCheck(/^\d+:\d+$/, 'a device, as in 0:71')),
      ino: orNull(inode),
      fdinfo: textCheck(),
      info: orNull(objectCheck({ cmds: mask, maps: mask, progs: mask, attachs: mask })),
    }),
  ),
  kernel_threads: count,
  ended: count,
  unseen: listCheck(
    objectCheck({ what: oneOfCheck(Object.keys(UNSEEN_KINDS)), why: textCheck(), count, example: textCheck() }),
  ),
});

/** The facts that a saved copy has, or what is wrong with it, and where in the text. */
export function parseFacts(json: string): { readonly facts: HostFacts } | { readonly problem: FactsProblem } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { problem: { ...positionAt(json, columnOfSyntaxError(json) - 1), message: 'this is no JSON' } };
  }
  const problem = FORM(value);
  if (!problem) return { facts: value as HostFacts };
  const { path, expected } = problem;
  const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  const what = place === '' ? '' : `${place.slice(1)}: `;
  return {
    problem: { ...positionAt(json, columnOf(json, path) - 1), message: `${what}${expected} is expected` },
  };
}

/** The line and column of an offset, from 1. */
function positionAt(json: string, offset: number): Position {
  const before = json.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
