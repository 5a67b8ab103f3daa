import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../../abi/capabilities.js';
import * as L from '../../abi/memory_layout.js';
import { DISPOSITION_SHIFT, Disposition, OUTCOME_MASK, Outcome } from '../../abi/verdict.js';
import { attachTypeFits, fixupAttachType } from '../../kernel/attach_types.js';
import { type CommandProfile, gateOf, tokenSupportOf } from '../../kernel/commands.js';
import { mapTypeCapability } from '../../kernel/map_types.js';
import type { Rules } from '../../kernel/profile.js';
import { isLoadableProgType, progTypeNeeds } from '../../kernel/prog_types.js';
import type { Vocabulary } from '../../kernel/vocabulary.js';

/** The tables of a kernel lie from L.WORLD_CMDS to L.WORLD_KERNEL_END. */
const FIRST = L.WORLD_CMDS;
const SIZE = L.WORLD_KERNEL_END - FIRST;

/** The part of a profile that the tables depend on: profiles that agree in it have the same tables. */
interface TableProfile extends CommandProfile {
  readonly rules: Pick<Rules, 'token_needs_own_userns' | 'btf_get_fd_by_id_takes_token'>;
}

const cache = new WeakMap<Vocabulary, Map<string, Uint8Array>>();

/**
 * The tables of a kernel: `isDisabled` is whether unprivileged_bpf_disabled is not 0. They are computed once for all profiles
 * of a vocabulary that agree in the rules of a TableProfile: it takes milliseconds.
 */
export function profileTables({ vocabulary, rules }: TableProfile, isDisabled: boolean): Uint8Array {
  const { token_needs_own_userns, btf_get_fd_by_id_takes_token } = rules;
  const key = `${token_needs_own_userns} ${btf_get_fd_by_id_takes_token} ${isDisabled}`;
  const tables = cache.get(vocabulary) ?? new Map<string, Uint8Array>();
  cache.set(vocabulary, tables);
  let bytes = tables.get(key);
  if (!bytes) {
    // Only what the key names is passed on, so that no other rule can be read.
    bytes = makeTables({ vocabulary, rules: { token_needs_own_userns, btf_get_fd_by_id_takes_token } }, isDisabled);
    tables.set(key, bytes);
  }
  return bytes;
}

function makeTables(profile: TableProfile, isDisabled: boolean): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  writeCommands(view, profile);
  writeMapCreate(view, profile, isDisabled);
  writeProgLoad(view, profile, isDisabled);
  writeOtherCommands(view, profile);
  writeColumns(view);
  writeDropReasons(view);
  writeOutcomes(view);
  writeClasses(view);
  writeClassOutcomes(view);
  writePermissionTables(view, profile);
  return bytes;
}

const CAP_BITS: readonly (readonly [cap: number, bit: number])[] = [
  [CAP_BPF, L.CAPS_BPF],
  [CAP_NET_ADMIN, L.CAPS_NET_ADMIN],
  [CAP_PERFMON, L.CAPS_PERFMON],
  [CAP_SYS_ADMIN, L.CAPS_SYS_ADMIN],
];

/** The four capabilities bpf() asks for, of a set by number, as CAPS_* bits. */
export function capBits(caps: bigint): number {
  return CAP_BITS.reduce((bits, [cap, bit]) => ((caps >> BigInt(cap)) & 1n ? bits | bit : bits), 0);
}

/** The commands that read a token, in the order of their bits in TOKEN_CMDS. */
export const TOKEN_COMMANDS = ['map_create', 'prog_load', 'btf_load', 'btf_get_fd_by_id'] as const;
type TokenCommand = (typeof TOKEN_COMMANDS)[number];

function writeCommands(view: DataView, profile: TableProfile): void {
  const rooms = { none: L.TOKEN_NO_FIELD, taken: L.TOKEN_ACCEPTED, refused: L.TOKEN_REJECTED };
  for (let cmd = 0; cmd < L.TYPE_ROWS; cmd++) {
    const row = cmd * L.CMD_SIZE - FIRST;
    const gate = gateOf(profile, cmd);
    view.setUint8(row + L.CMD_GATE, gateCode(profile, cmd));
    view.setUint8(row + L.CMD_CAP, commandCap(profile, cmd));
    view.setUint8(row + L.CMD_TOKEN_SUPPORT, rooms[tokenSupportOf(profile, cmd)]);
    view.setUint8(row + L.CMD_PERMISSION_FIRST, gate.kind === 'init_capability' && gate.permissionFirst ? 1 : 0);
  }
}

/** The capability a command asks in the initial user namespace. BTF_GET_FD_BY_ID does until it takes a token. */
function commandCap(profile: TableProfile, cmd: number): number {
  const gate = gateOf(profile, cmd);
  return gate.kind === 'init_capability' ? capBits(1n << BigInt(gate.cap)) : L.CAPS_SYS_ADMIN;
}

function gateCode(profile: TableProfile, cmd: number): number {
  const name = profile.vocabulary.nameOf('cmds', cmd);
  switch (gateOf(profile, cmd).kind) {
    case 'token':
      if (name === 'map_create') return L.GATE_MAP_CREATE;
      return name === 'prog_load' ? L.GATE_PROG_LOAD : L.GATE_BTF;
    case 'attach':
      return name === 'prog_attach' ? L.GATE_PROG_ATTACH : L.GATE_LINK_CREATE;
    case 'init_capability':
      return L.GATE_INIT_CAPABILITY;
    case 'descriptor':
      return L.GATE_DESCRIPTOR;
    case 'token_create':
      return L.GATE_TOKEN_CREATE;
    case 'unknown':
      return L.GATE_UNKNOWN;
  }
}

/** What a request asks. Where a mask is named, the token must have the bit of the number. */
interface Requirement {
  readonly command?: TokenCommand;
  readonly typeMask?: number;
  readonly type?: number;
  readonly attachMask?: number;
  readonly attach?: number;
  readonly needs?: number;
  readonly end: Outcome;
  readonly flags: number;
}

/** `half` is the first half of the row's number, `rest` the second. */
function writeRequirement(view: DataView, half: number, rest: number, ask: Requirement): void {
  const at = (half * L.TYPE_ROWS + rest) * L.REQ_SIZE - FIRST;
  const { typeMask, type = 0, attachMask, attach = 0 } = ask;
  view.setUint8(at + L.REQ_TYPE_AT, (typeMask ?? L.TOKEN_MAPS) + (type >> 3) - L.WORLD_TOKENS);
  view.setUint8(at + L.REQ_ATTACH_AT, (attachMask ?? L.TOKEN_ATTACHS) + (attach >> 3) - L.WORLD_TOKENS);
  view.setUint8(at + L.REQ_TYPE_BIT, typeMask === undefined ? 0 : 1 << (type & 7));
  view.setUint8(at + L.REQ_ATTACH_BIT, attachMask === undefined ? 0 : 1 << (attach & 7));
  view.setUint8(
    at + L.REQ_CMD_BITS,
    ask.command === undefined ? 0 : (L.CMD_ALLOWED | L.CMD_NOT_DENIED) << (2 * TOKEN_COMMANDS.indexOf(ask.command)),
  );
  view.setUint8(at + L.REQ_NEEDS, ask.needs ?? 0);
  view.setUint8(at + L.REQ_OUTCOME_IF_CAPABLE, ask.end);
  view.setUint8(at + L.REQ_FLAGS, ask.flags);
}

/** Of each row of a program type its end, and what rows of a command and type have in common as columns: for runs. */
function writeColumns(view: DataView): void {
  const columns = [
    [L.COLUMN_TYPE_AT, L.REQ_TYPE_AT],
    [L.COLUMN_TYPE_BIT, L.REQ_TYPE_BIT],
    [L.COLUMN_CMD_BITS, L.REQ_CMD_BITS],
    [L.COLUMN_NEEDS, L.REQ_NEEDS],
    [L.COLUMN_OUTCOME_IF_CAPABLE, L.REQ_OUTCOME_IF_CAPABLE],
    [L.COLUMN_FLAGS, L.REQ_FLAGS],
  ] as const;
  const requirementAt = (half: number, rest: number, field: number): number =>
    (half * L.TYPE_ROWS + rest) * L.REQ_SIZE + field - FIRST;
  for (let n = 0; n < L.TYPE_ROWS; n++) {
    for (const [column, field] of columns) {
      const at = column - FIRST + n;
      view.setUint8(at + L.COLUMN_PROG_LOAD, view.getUint8(requirementAt(n, 0, field)));
      view.setUint8(at + L.COLUMN_MAP_CREATE, view.getUint8(requirementAt(L.REQ_HIGH_MAP_CREATE, n, field)));
      view.setUint8(at + L.COLUMN_OTHERS, view.getUint8(requirementAt(L.REQ_HIGH_OTHERS, n, field)));
    }
    // A program's end is its row's: the column says so with an outcome there is none of.
    view.setUint8(L.COLUMN_OUTCOME_IF_CAPABLE - FIRST + L.COLUMN_PROG_LOAD + n, OUTCOME_MASK);
    for (let attach = 0; attach < L.TYPE_ROWS; attach++) {
      const end = view.getUint8(requirementAt(n, attach, L.REQ_OUTCOME_IF_CAPABLE));
      view.setUint8(L.WORLD_OUTCOMES_IF_CAPABLE - FIRST + n * L.TYPE_ROWS + attach, end | L.DISPOSITION_BITS);
    }
  }
}

/** The flags of every request that a token has a say in. */
function tokenFlags({ rules }: TableProfile): number {
  return L.REQ_CONSULTS_TOKEN | (rules.token_needs_own_userns ? 0 : L.REQ_ANY_USERNS);
}

function writeMapCreate(view: DataView, profile: TableProfile, isDisabled: boolean): void {
  for (let type = 0; type < L.TYPE_ROWS; type++) {
    const cap = mapTypeCapability(profile.vocabulary, type);
    if (cap === undefined) {
      writeRequirement(view, L.REQ_HIGH_MAP_CREATE, type, { end: Outcome.UNKNOWN_TYPE, flags: L.REQ_UNKNOWN_MAP });
      continue;
    }
    const own = cap === null ? 0 : capBits(1n << BigInt(cap));
    writeRequirement(view, L.REQ_HIGH_MAP_CREATE, type, {
      command: 'map_create',
      typeMask: L.TOKEN_MAPS,
      type,
      needs: own | (isDisabled ? L.CAPS_BPF : 0),
      end: Outcome.ALLOWED,
      flags: tokenFlags(profile) | (isDisabled ? L.REQ_UNPRIV_DISABLED : 0),
    });
  }
}

function writeProgLoad(view: DataView, profile: TableProfile, isDisabled: boolean): void {
  const { vocabulary } = profile;
  const cgroupSkb = vocabulary.require('prog_types', 'cgroup_skb');
  for (let type = 0; type < L.TYPE_ROWS; type++) {
    const { unprivileged, netAdmin, perfmon } = progTypeNeeds(vocabulary, type);
    const needs =
      (isDisabled || !unprivileged ? L.CAPS_BPF : 0) |
      (netAdmin ? L.CAPS_NET_ADMIN : 0) |
      (perfmon ? L.CAPS_PERFMON : 0);
    const end = isLoadableProgType(vocabulary, type) ? Outcome.ALLOWED : Outcome.UNKNOWN_TYPE;
    const flags =
      tokenFlags(profile) | (isDisabled ? L.REQ_UNPRIV_DISABLED : 0) | (type === cgroupSkb ? L.REQ_CGROUP_SKB : 0);
    for (let given = 0; given < L.TYPE_ROWS; given++) {
      const attach = fixupAttachType(vocabulary, type, given);
      writeRequirement(view, type, given, {
        command: 'prog_load',
        typeMask: L.TOKEN_PROGS,
        type,
        attachMask: L.TOKEN_ATTACHS,
        attach,
        needs,
        end: attachTypeFits(vocabulary, type, attach) ? end : Outcome.ATTACH_TYPE_MISMATCH,
        flags,
      });
    }
  }
}

/** Every other command: one row each. */
function writeOtherCommands(view: DataView, profile: TableProfile): void {
  for (let cmd = 0; cmd < L.TYPE_ROWS; cmd++) {
    writeRequirement(view, L.REQ_HIGH_OTHERS, cmd, otherCommand(profile, cmd));
  }
}

function otherCommand(profile: TableProfile, cmd: number): Requirement {
  const gate = gateOf(profile, cmd);
  const room = tokenSupportOf(profile, cmd);
  const name = profile.vocabulary.nameOf('cmds', cmd);
  // A token given to a command that reads none is dropped, wherever the caller is.
  const dropped = L.REQ_CONSULTS_TOKEN | L.REQ_ANY_USERNS;
  if (room === 'refused' || gate.kind === 'attach') return { end: Outcome.UNKNOWN_CMD, flags: L.REQ_BY_COMMAND_CLASS };
  switch (gate.kind) {
    case 'token': {
      const command = name === 'btf_load' ? 'btf_load' : 'btf_get_fd_by_id';
      const needs = name === 'btf_load' ? L.CAPS_BPF : L.CAPS_SYS_ADMIN;
      return { command, needs, end: Outcome.ALLOWED, flags: tokenFlags(profile) };
    }
    case 'init_capability':
      return { needs: capBits(1n << BigInt(gate.cap)), end: Outcome.ALLOWED, flags: dropped };
    case 'descriptor':
      return { end: Outcome.NO_PERMISSION_NEEDED, flags: dropped };
    case 'token_create':
      return { end: Outcome.UNDECIDED, flags: 0 };
    case 'unknown':
      return { end: Outcome.UNKNOWN_CMD, flags: 0 };
  }
}

/** The kinds that rows of the ask table come in: those of PROG_LOAD, whose rows come first, and the others. */
function writeClasses(view: DataView): void {
  const programRows = L.REQ_HIGH_MAP_CREATE * L.TYPE_ROWS;
  writeClassesOf(view, 0, programRows, 0);
  writeClassesOf(view, programRows, L.REQ_ROWS, L.OTHER_CLASSES);
}

/** Of the rows from `start` to before `end`: numbers from `first` on. */
function writeClassesOf(view: DataView, start: number, end: number, first: number): void {
  const kinds = new Map<number, number>();
  for (let row = start; row < end; row++) {
    const ask = row * L.REQ_SIZE - FIRST;
    const attachBit = view.getUint8(ask + L.REQ_ATTACH_BIT);
    const given = row & L.LAST_TYPE;
    const asked =
      (view.getUint8(ask + L.REQ_ATTACH_AT) + L.WORLD_TOKENS - L.TOKEN_ATTACHS) * 8 + (31 - Math.clz32(attachBit));
    const cmdBits = view.getUint8(ask + L.REQ_CMD_BITS);
    const needs = view.getUint8(ask + L.REQ_NEEDS);
    const outcome = view.getUint8(ask + L.REQ_OUTCOME_IF_CAPABLE);
    const flags = view.getUint8(ask + L.REQ_FLAGS);
    const dropReasonType = view.getUint8(ask + L.REQ_TYPE_BIT) === 0 ? L.DROP_REASON_NONE : L.DROP_REASON_TYPE;
    const dropReasonAttach = attachBit === 0 ? L.DROP_REASON_NONE : L.DROP_REASON_ATTACH;
    const meant = attachBit === 0 || asked === given ? 0 : asked;
    // 46 bits: a string for each of 4,224 rows would take most of the time.
    const key =
      (((cmdBits << 16) | (outcome << 8) | flags) * 16 + needs) * 2 ** 18 +
      ((dropReasonType << 15) | (dropReasonAttach << 12) | meant);
    let kind = kinds.get(key);
    if (kind === undefined) {
      // The rules make fifteen at most, whatever the vocabulary.
      if (kinds.size === L.CLASSES_OF_HALF)
        throw new RangeError(`there are more than ${L.CLASSES_OF_HALF} kinds of requests`);
      kind = first + kinds.size;
      kinds.set(key, kind);
      view.setUint8(L.CLASS_CMD_BITS + kind - FIRST, cmdBits);
      view.setUint8(L.CLASS_NEEDS + kind - FIRST, needs);
      view.setUint8(L.CLASS_OUTCOME_IF_CAPABLE + kind - FIRST, outcome);
      view.setUint8(L.CLASS_FLAGS + kind - FIRST, flags);
      view.setUint8(L.CLASS_DROP_REASON_TYPE + kind - FIRST, dropReasonType);
      view.setUint8(L.CLASS_DROP_REASON_ATTACH + kind - FIRST, dropReasonAttach);
      view.setUint8(L.CLASS_EFFECTIVE_ATTACH_TYPE + kind - FIRST, meant);
    }
    view.setUint8(L.WORLD_REQUIREMENT_CLASSES + row - FIRST, kind);
  }
}

function writeClassOutcomes(view: DataView): void {
  for (let caps = 0; caps <= L.CAPS_ALL; caps++) {
    for (let kind = 0; kind < L.REQUIREMENT_CLASSES; kind++) {
      const at = (column: number): number => view.getUint8(column + kind - FIRST);
      const missing = at(L.CLASS_NEEDS) & ~caps;
      const reasons =
        at(L.CLASS_FLAGS) & L.REQ_UNPRIV_DISABLED ? L.OUTCOMES_OF_UNPRIV_DISABLED : L.OUTCOMES_OF_CAPABILITY;
      const outcome =
        missing === 0 ? at(L.CLASS_OUTCOME_IF_CAPABLE) : view.getUint8(L.WORLD_OUTCOMES + reasons + missing - FIRST);
      view.setUint8(L.WORLD_CLASS_OUTCOMES + caps * L.REQUIREMENT_CLASSES + kind - FIRST, outcome);
    }
  }
}

/** What is allowed to whom, as sets: read from the rows of what each asks. */
function writePermissionTables(view: DataView, profile: TableProfile): void {
  const { count } = profile.vocabulary;
  const requirementAt = (half: number, rest: number, field: number): number =>
    view.getUint8((half * L.TYPE_ROWS + rest) * L.REQ_SIZE + field - FIRST);
  /** Those of `size` numbers that go on for who has the capabilities, of a half of the table or by types of programs. */
  const allowed = (size: number, caps: number, needsOf: (n: number) => number | undefined): bigint =>
    setOf(size, (n) => {
      const needs = needsOf(n);
      return needs !== undefined && (needs & ~caps) === 0;
    });
  const fits = (type: number): bigint =>
    setOf(count.attach_types, (attach) => requirementAt(type, attach, L.REQ_OUTCOME_IF_CAPABLE) === Outcome.ALLOWED);
  const needsOfMap = (type: number): number | undefined =>
    requirementAt(L.REQ_HIGH_MAP_CREATE, type, L.REQ_OUTCOME_IF_CAPABLE) === Outcome.ALLOWED
      ? requirementAt(L.REQ_HIGH_MAP_CREATE, type, L.REQ_NEEDS)
      : undefined;
  const needsOfProg = (type: number): number | undefined =>
    fits(type) === 0n ? undefined : requirementAt(type, 0, L.REQ_NEEDS);
  for (let caps = 0; caps <= L.CAPS_ALL; caps++) {
    const at = caps * 8 - FIRST;
    view.setBigUint64(at + L.PERMISSION_MAPS, allowed(count.map_types, caps, needsOfMap), true);
    view.setBigUint64(at + L.PERMISSION_PROGS, allowed(count.prog_types, caps, needsOfProg), true);
    view.setBigUint64(
      at + L.PERMISSION_CMDS,
      allowed(count.cmds, caps, (cmd) => needsOfCommand(profile, cmd)),
      true,
    );
  }
  for (let type = 0; type < L.TYPE_ROWS; type++) {
    view.setBigUint64(type * 8 + L.PERMISSION_FITS - FIRST, fits(type), true);
    const meant = 1n << BigInt(fixupAttachType(profile.vocabulary, type, 0));
    view.setBigUint64(type * 8 + L.PERMISSION_EFFECTIVE_ATTACH_TYPE - FIRST, meant, true);
  }
  const refuses = (cmd: number): boolean => tokenSupportOf(profile, cmd) === 'refused';
  view.setBigUint64(L.PERMISSION_REFUSING - FIRST, setOf(count.cmds, refuses), true);
  view.setUint32(L.PERMISSION_TYPES - FIRST, count.prog_types, true);
  const byDescriptor = (cmd: number): boolean => gateOf(profile, cmd).kind === 'descriptor';
  view.setBigUint64(L.PERMISSION_DESCRIPTOR - FIRST, setOf(count.cmds, byDescriptor), true);
}

/** The capabilities a command asks that goes by no type, CAPS_*; undefined for one that no batch can allow. */
function needsOfCommand(profile: TableProfile, cmd: number): number | undefined {
  const { kind } = gateOf(profile, cmd);
  switch (kind) {
    case 'token':
      return profile.vocabulary.nameOf('cmds', cmd) === 'btf_load' ? L.CAPS_BPF : L.CAPS_SYS_ADMIN;
    case 'init_capability':
      return commandCap(profile, cmd);
    // A program of a type that asks nothing can be attached by whoever holds it.
    case 'attach':
    case 'descriptor':
      return 0;
    case 'token_create':
    case 'unknown':
      return undefined;
  }
}

/** A bit for every number below `size`, at most 64, that is in the set. */
function setOf(size: number, has: (n: number) => boolean): bigint {
  let low = 0;
  let high = 0;
  for (let n = 0; n < size; n++) {
    if (!has(n)) continue;
    if (n < 32) low |= 1 << n;
    else high |= 1 << (n - 32);
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** What is said of a token by what stops it. */
function writeDropReasons(view: DataView): void {
  const dispositions: readonly (readonly [stop: number, disposition: Disposition])[] = [
    [L.DROP_REASON_NOT_GIVEN, Disposition.NONE_GIVEN],
    [L.DROP_REASON_USERNS, Disposition.DROPPED_USERNS],
    [L.DROP_REASON_CMD, Disposition.DROPPED_CMD],
    [L.DROP_REASON_LSM, Disposition.DROPPED_LSM],
    [L.DROP_REASON_TYPE, Disposition.DROPPED_TYPE],
    [L.DROP_REASON_ATTACH, Disposition.DROPPED_ATTACH_TYPE],
    [L.DROP_REASON_NONE, Disposition.USED],
  ];
  for (const [stop, disposition] of dispositions) {
    view.setUint8(L.WORLD_DROP_REASONS - FIRST + stop, disposition << DISPOSITION_SHIFT);
  }
}

/** The first capability missing decides, in the order the kernel asks. */
function writeOutcomes(view: DataView): void {
  const reasons: readonly (readonly [bit: number, outcome: Outcome])[] = [
    [L.CAPS_BPF, Outcome.CAP_BPF_MISSING],
    [L.CAPS_NET_ADMIN, Outcome.CAP_NET_ADMIN_MISSING],
    [L.CAPS_PERFMON, Outcome.CAP_PERFMON_MISSING],
    [L.CAPS_SYS_ADMIN, Outcome.CAP_SYS_ADMIN_MISSING],
  ];
  for (let missing = 1; missing <= L.CAPS_ALL; missing++) {
    const [bit, reason] = reasons.find(([cap]) => (missing & cap) !== 0) as (typeof reasons)[number];
    const at = L.WORLD_OUTCOMES - FIRST + missing;
    view.setUint8(at + L.OUTCOMES_OF_CAPABILITY, reason);
    const bySysctl = bit === L.CAPS_BPF ? Outcome.CAP_BPF_MISSING_UNPRIV_DISABLED : reason;
    view.setUint8(at + L.OUTCOMES_OF_UNPRIV_DISABLED, bySysctl);
  }
}
