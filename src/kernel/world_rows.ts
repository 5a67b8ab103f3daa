import { USERNS_MAX_LEVEL } from '../abi/bpf.js';
import { NO_DENIALS } from './denials.js';
import type { FieldFault } from './field_fault.js';
import { MASK_NAMES } from './masks.js';
import { isObject, isU32, isU64, isUid, MAX_UID } from './ranges.js';
import { MAX_IDS, type World } from './world.js';

// What each row of a world must be. A row is a value of any type: worlds come from callers that no compiler checked. Each
// function returns the first field that is wrong, or undefined; nothing is allocated for a row that is right.

const UID = `a uid from 0 to ${MAX_UID}`;
const MASK = 'a bigint of 64 bits';
const NAME = 'a name';
const MAX_ERRNO = 4095;
const MAX_MODE = 0o7777;

/** How many rows of other kinds there are, for ids of them. */
export interface RowCounts {
  readonly userns: number;
  readonly bpffs: number;
  /** Of SELinux; 1 without it: the unconfined one. */
  readonly domains: number;
}

/** The counts of a world whose lists are lists. */
export function rowCounts({ userns, bpffs, selinux }: Pick<World, 'userns' | 'bpffs' | 'selinux'>): RowCounts {
  return { userns: userns.length, bpffs: bpffs.length, domains: selinux?.domains.length ?? 1 };
}

/** `levels` has the levels of the namespaces before this one, which is number `id`. */
export function usernsFault(row: unknown, id: number, levels: ArrayLike<number>): FieldFault | undefined {
  if (!isObject(row)) return notAnObject(row, 'a user namespace');
  const { name, parent, owner } = row;
  if (!isName(name)) return { field: 'name', given: name, expected: NAME };
  if (!isUid(owner)) return { field: 'owner', given: owner, expected: UID };
  if (id === 0) {
    const expected = '0 (entry 0 is the initial user namespace, which is its own parent)';
    return parent === 0 ? undefined : { field: 'parent', given: parent, expected };
  }
  if (!isU32(parent) || parent >= id) {
    const expected = `the id of a user namespace that comes before it (0 to ${id - 1})`;
    return { field: 'parent', given: parent, expected };
  }
  if ((levels[parent] as number) < USERNS_MAX_LEVEL) return undefined;
  const expected = `a user namespace above level ${USERNS_MAX_LEVEL}, the deepest that Linux allows,`;
  return { field: 'parent', given: parent, expected };
}

export function taskFault(row: unknown, { userns, domains }: RowCounts): FieldFault | undefined {
  if (!isObject(row)) return notAnObject(row, 'a task');
  if (!isName(row.name)) return { field: 'name', given: row.name, expected: NAME };
  if (!isIdBelow(row.userns, userns)) return usernsIdFault(row.userns, userns);
  if (!isUid(row.euid)) return { field: 'euid', given: row.euid, expected: UID };
  if (!isU64(row.effective)) return { field: 'effective', given: row.effective, expected: MASK };
  return domainFault('domain', row.domain, domains);
}

/** Denials may be left out of a token to add: then no LSM denies anything of it. */
export function newTokenFault(row: unknown, counts: RowCounts): FieldFault | undefined {
  return isObject(row) && row.denials === undefined
    ? tokenFault({ ...row, denials: NO_DENIALS }, counts)
    : tokenFault(row, counts);
}

export function tokenFault(row: unknown, { userns, bpffs, domains }: RowCounts): FieldFault | undefined {
  if (!isObject(row)) return notAnObject(row, 'a token');
  if (!isName(row.name)) return { field: 'name', given: row.name, expected: NAME };
  if (!isIdBelow(row.userns, userns)) return usernsIdFault(row.userns, userns);
  if (row.bpffs !== undefined && !isIdBelow(row.bpffs, bpffs)) {
    return {
      field: 'bpffs',
      given: row.bpffs,
      expected: bpffs === 0 ? 'none (the world has no bpffs)' : `an id below ${bpffs}`,
    };
  }
  return (
    masksFault('allowed', row.allowed) ?? denialsFault(row.denials) ?? domainFault('grantor', row.grantor, domains)
  );
}

export function bpffsFault(row: unknown, { userns, domains }: RowCounts): FieldFault | undefined {
  if (!isObject(row)) return notAnObject(row, 'a bpffs');
  if (!isName(row.name)) return { field: 'name', given: row.name, expected: NAME };
  if (!isIdBelow(row.userns, userns)) return usernsIdFault(row.userns, userns);
  const { options, lsmCreateErrno } = row;
  if (!isObject(options))
    return { field: 'options', given: options, expected: 'an object of uid, gid, mode and delegate' };
  const { uid, gid, mode, delegate } = options;
  if (!isUid(uid)) return { field: 'options.uid', given: uid, expected: UID };
  if (!isUid(gid)) return { field: 'options.gid', given: gid, expected: UID.replace('uid', 'gid') };
  if (!isU32(mode) || mode > MAX_MODE) {
    return { field: 'options.mode', given: mode, expected: `permission bits (0 to 0o${MAX_MODE.toString(8)})` };
  }
  if (!isU32(lsmCreateErrno) || lsmCreateErrno > MAX_ERRNO) {
    return { field: 'lsmCreateErrno', given: lsmCreateErrno, expected: `an errno (1 to ${MAX_ERRNO}) or 0` };
  }
  return (
    masksFault('options.delegate', delegate) ?? denialsFault(row.denials) ?? domainFault('domain', row.domain, domains)
  );
}

/** A task or a token of which only what requests look up is needed. */
export function namedIdFault(row: unknown): FieldFault | undefined {
  if (!isObject(row)) return notAnObject(row, 'an object of name and userns');
  if (!isName(row.name)) return { field: 'name', given: row.name, expected: NAME };
  if (!isU32(row.userns) || row.userns >= MAX_IDS) {
    return { field: 'userns', given: row.userns, expected: `the id of a user namespace (0 to ${MAX_IDS - 1})` };
  }
  return undefined;
}

/** A mask, or another set of 64 bits, as a bigint. */
export function maskFault(field: string, given: unknown): FieldFault | undefined {
  return isU64(given) ? undefined : { field, given, expected: MASK };
}

function masksFault(field: string, masks: unknown): FieldFault | undefined {
  if (!isObject(masks)) return { field, given: masks, expected: `an object of ${MASK_NAMES.join(', ')}` };
  const { cmds, maps, progs, attachs } = masks;
  if (isU64(cmds) && isU64(maps) && isU64(progs) && isU64(attachs)) return undefined;
  const wrong = MASK_NAMES.find((mask) => !isU64(masks[mask])) as string;
  return { field: `${field}.${wrong}`, given: masks[wrong], expected: MASK };
}

function denialsFault(denials: unknown): FieldFault | undefined {
  if (!isObject(denials)) return { field: 'denials', given: denials, expected: 'an object of cmds and caps' };
  if (!isU64(denials.cmds)) return { field: 'denials.cmds', given: denials.cmds, expected: MASK };
  if (!isU64(denials.caps)) return { field: 'denials.caps', given: denials.caps, expected: MASK };
  return undefined;
}

/** An index of a domain, which may be left out. */
function domainFault(field: string, given: unknown, domains: number): FieldFault | undefined {
  if (given === undefined || isIdBelow(given, domains)) return undefined;
  const expected = `the index of a domain of the world's SELinux (0 to ${domains - 1})`;
  return { field, given, expected };
}

function isIdBelow(value: unknown, count: number): value is number {
  return isU32(value) && value < count;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function usernsIdFault(given: unknown, count: number): FieldFault {
  return { field: 'userns', given, expected: `the id of a user namespace of the world (0 to ${count - 1})` };
}

function notAnObject(given: unknown, expected: string): FieldFault {
  return { field: '', given, expected };
}
