import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../abi/capabilities.js';
import { Disposition, Outcome } from '../abi/verdict.js';
import { attachTypeFits, fixupAttachType } from '../kernel/attach_types.js';
import { gateOf, tokenRoomOf } from '../kernel/commands.js';
import { mapTypeCapability } from '../kernel/map_types.js';
import type { Profile } from '../kernel/profile.js';
import { isLoadableProgType, progTypeNeeds } from '../kernel/prog_types.js';
import * as L from './layout.js';

/** The tables of a kernel lie from L.WORLD_CMDS to L.WORLD_KERNEL_END. */
const FIRST = L.WORLD_CMDS;
const SIZE = L.WORLD_KERNEL_END - FIRST;

const made = new WeakMap<Profile, Map<boolean, Uint8Array>>();

/** The tables of a kernel, made once each: `isDisabled` is whether unprivileged_bpf_disabled is not 0. */
export function profileTables(profile: Profile, isDisabled: boolean): Uint8Array {
  const bySysctl = made.get(profile) ?? new Map<boolean, Uint8Array>();
  made.set(profile, bySysctl);
  let bytes = bySysctl.get(isDisabled);
  if (!bytes) {
    bytes = new Uint8Array(SIZE);
    const view = new DataView(bytes.buffer);
    writeCommands(view, profile);
    writeMapCreate(view, profile, isDisabled);
    writeProgLoad(view, profile, isDisabled);
    writeBtf(view);
    writeDispositions(view);
    writeOutcomes(view);
    bySysctl.set(isDisabled, bytes);
  }
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

/** The commands that read a token, in the order of the straight table and of TOKEN_FOUND. */
export const STRAIGHT_COMMANDS = ['map_create', 'prog_load', 'btf_load', 'btf_get_fd_by_id'] as const;
type StraightCommand = (typeof STRAIGHT_COMMANDS)[number];

function writeCommands(view: DataView, profile: Profile): void {
  const rooms = { none: L.ROOM_NONE, taken: L.ROOM_TAKEN, refused: L.ROOM_REFUSED };
  for (let cmd = 0; cmd < L.CMD_ROWS; cmd++) {
    const row = L.WORLD_CMDS - FIRST + cmd * L.CMD_SIZE;
    const gate = gateOf(profile, cmd);
    const room = tokenRoomOf(profile, cmd);
    const straight = STRAIGHT_COMMANDS.indexOf(profile.vocabulary.nameOf('cmds', cmd) as StraightCommand);
    const isStraight = gate.kind === 'token' && room === 'taken' && straight !== -1;
    view.setUint32(row + L.CMD_STRAIGHT, isStraight ? straight * L.STRAIGHT_CMD : L.NOT_STRAIGHT, true);
    view.setUint8(row + L.CMD_GATE, gateCode(profile, cmd));
    view.setUint8(row + L.CMD_CAP, commandCap(profile, cmd));
    view.setUint8(row + L.CMD_TOKEN_ROOM, rooms[room]);
    view.setUint8(row + L.CMD_PERMISSION_FIRST, gate.kind === 'init_capability' && gate.permissionFirst ? 1 : 0);
  }
}

/** The capability a command asks in the initial user namespace. BTF_GET_FD_BY_ID does until it takes a token. */
function commandCap(profile: Profile, cmd: number): number {
  const gate = gateOf(profile, cmd);
  return gate.kind === 'init_capability' ? capBits(1n << BigInt(gate.cap)) : L.CAPS_SYS_ADMIN;
}

function gateCode(profile: Profile, cmd: number): number {
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

/** Fills the rows of a command. Types past the last known one are all the same, so the rows are made once and repeated. */
function writeStraight(view: DataView, command: StraightCommand, rowOf: (type: number) => StraightRow): void {
  const i = STRAIGHT_COMMANDS.indexOf(command);
  const rows = Array.from({ length: L.TYPE_ROWS }, (_, type) => rowOf(type));
  for (let type = 0; type < L.STRAIGHT_ROWS; type++) {
    const bit = Math.min(type, L.LAST_TYPE);
    const row = rows[bit] as StraightRow;
    const at = L.WORLD_STRAIGHT - FIRST + i * L.STRAIGHT_CMD + type * L.STRAIGHT_SIZE;
    const readsType = row.typeMask !== undefined;
    const readsAttach = row.attachMask !== undefined;
    view.setBigUint64(at + L.STRAIGHT_FITS, row.fits ?? 1n, true);
    view.setUint8(at + L.STRAIGHT_TYPE_MASK, row.typeMask ?? L.TOKEN_ALL_ONES);
    view.setUint8(at + L.STRAIGHT_TYPE_BIT, readsType ? bit : 0);
    view.setUint8(at + L.STRAIGHT_ATTACH_MASK, row.attachMask ?? L.TOKEN_ALL_ONES);
    view.setUint8(at + L.STRAIGHT_ATTACH_AND, readsAttach ? L.LAST_TYPE : 0);
    view.setUint8(at + L.STRAIGHT_ZERO_MEANS, row.zeroMeans ?? 0);
    view.setUint8(at + L.STRAIGHT_FOUND, L.TOKEN_FOUND + i);
    view.setUint8(at + L.STRAIGHT_NEEDS, row.needs);
    view.setUint8(at + L.STRAIGHT_OUTCOMES, row.outcomes * L.OUTCOMES_ROW);
    view.setUint8(at + L.STRAIGHT_FINAL, row.final ?? Outcome.ALLOWED);
    view.setUint8(at + L.STRAIGHT_FLAGS, row.flags ?? 0);
    const isUnknownMap = ((row.flags ?? 0) & L.STRAIGHT_UNKNOWN_MAP) !== 0;
    view.setUint8(at + L.STRAIGHT_FOUND_AND, isUnknownMap ? 0 : 255);
    view.setUint8(at + L.STRAIGHT_NEEDS_HIGH, row.needs << 4);
    const bySysctl = row.outcomes === L.OUTCOMES_OF_UNPRIV_DISABLED ? L.END_UNPRIV_DISABLED : 0;
    view.setUint8(at + L.STRAIGHT_END, (row.final ?? Outcome.ALLOWED) | bySysctl);
  }
}

interface StraightRow {
  readonly typeMask?: number;
  readonly attachMask?: number;
  readonly fits?: bigint;
  readonly zeroMeans?: number;
  readonly needs: number;
  readonly outcomes: number;
  readonly final?: Outcome;
  readonly flags?: number;
}

function writeMapCreate(view: DataView, { vocabulary }: Profile, isDisabled: boolean): void {
  writeStraight(view, 'map_create', (type) => {
    const cap = mapTypeCapability(vocabulary, type);
    if (cap === undefined) {
      return {
        needs: 0,
        outcomes: L.OUTCOMES_OF_CAPABILITY,
        final: Outcome.UNKNOWN_TYPE,
        flags: L.STRAIGHT_UNKNOWN_MAP,
      };
    }
    const own = cap === null ? 0 : capBits(1n << BigInt(cap));
    return {
      typeMask: L.TOKEN_MAPS,
      needs: own | (isDisabled ? L.CAPS_BPF : 0),
      outcomes: isDisabled ? L.OUTCOMES_OF_UNPRIV_DISABLED : L.OUTCOMES_OF_CAPABILITY,
    };
  });
}

function writeProgLoad(view: DataView, { vocabulary }: Profile, isDisabled: boolean): void {
  const cgroupSkb = vocabulary.must('prog_types', 'cgroup_skb');
  writeStraight(view, 'prog_load', (type) => {
    const needs = progTypeNeeds(vocabulary, type);
    let fits = 0n;
    for (let attach = 0; attach < L.TYPE_ROWS; attach++) {
      if (attachTypeFits(vocabulary, type, attach)) fits |= 1n << BigInt(attach);
    }
    return {
      typeMask: L.TOKEN_PROGS,
      attachMask: L.TOKEN_ATTACHS,
      fits,
      zeroMeans: fixupAttachType(vocabulary, type, 0),
      needs:
        (isDisabled || !needs.unprivileged ? L.CAPS_BPF : 0) |
        (needs.netAdmin ? L.CAPS_NET_ADMIN : 0) |
        (needs.perfmon ? L.CAPS_PERFMON : 0),
      outcomes: isDisabled ? L.OUTCOMES_OF_UNPRIV_DISABLED : L.OUTCOMES_OF_CAPABILITY,
      final: isLoadableProgType(vocabulary, type) ? Outcome.ALLOWED : Outcome.UNKNOWN_TYPE,
      flags: type === cgroupSkb ? L.STRAIGHT_CGROUP_SKB : 0,
    };
  });
}

/** BTF_LOAD and BTF_GET_FD_BY_ID: no type, and the sysctl has no say. */
function writeBtf(view: DataView): void {
  const outcomes = L.OUTCOMES_OF_CAPABILITY;
  writeStraight(view, 'btf_load', () => ({ needs: L.CAPS_BPF, outcomes }));
  writeStraight(view, 'btf_get_fd_by_id', () => ({ needs: L.CAPS_SYS_ADMIN, outcomes }));
}

/** In the order bpf_token_allow_cmd() and its kin test them. */
function writeDispositions(view: DataView): void {
  for (let found = 0; found < L.DISPOSITIONS_SIZE; found++) {
    const has = (bit: number) => (found & bit) !== 0;
    let disposition = Disposition.USED;
    if (!has(L.FOUND_GIVEN)) disposition = Disposition.NONE_GIVEN;
    else if (!has(L.FOUND_OWN_USERNS)) disposition = Disposition.DROPPED_USERNS;
    else if (!has(L.FOUND_CMD)) disposition = Disposition.DROPPED_CMD;
    else if (has(L.FOUND_DENIED)) disposition = Disposition.DROPPED_LSM;
    else if (!has(L.FOUND_TYPE)) disposition = Disposition.DROPPED_TYPE;
    else if (!has(L.FOUND_ATTACH)) disposition = Disposition.DROPPED_ATTACH_TYPE;
    view.setUint8(L.WORLD_DISPOSITIONS - FIRST + found, disposition);
    const inOrder = L.FOUND_GIVEN | L.FOUND_OWN_USERNS | L.FOUND_CMD;
    if ((found & 15) === inOrder) view.setUint8(L.WORLD_BY_MASKS - FIRST + (found >> L.FOUND_MASKS_SHIFT), disposition);
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
    for (const row of [L.OUTCOMES_OF_UNPRIV_DISABLED, L.OUTCOMES_OF_CAPABILITY]) {
      const bySysctl = row === L.OUTCOMES_OF_UNPRIV_DISABLED && bit === L.CAPS_BPF;
      const at = L.WORLD_OUTCOMES - FIRST + row * L.OUTCOMES_ROW + missing;
      view.setUint8(at, bySysctl ? Outcome.CAP_BPF_MISSING_UNPRIV_DISABLED : reason);
      view.setUint8(at + L.OUTCOME_LSM, Outcome.LSM_REFUSED_CAPABLE);
    }
  }
}
