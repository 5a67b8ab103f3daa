import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../abi/capabilities.js';
import { Disposition, Outcome } from '../abi/verdict.js';
import { attachTypeFits, fixupAttachType } from '../kernel/attach_types.js';
import { gateOf, tokenRoomOf } from '../kernel/commands.js';
import { mapTypeCapability } from '../kernel/map_types.js';
import type { Profile } from '../kernel/profile.js';
import { isLoadableProgType, progTypeNeeds } from '../kernel/prog_types.js';
import * as L from './layout.js';

/** The tables of a kernel lie from L.WORLD_CMDS to L.WORLD_SIZE of a world. */
const FIRST = L.WORLD_CMDS;
const SIZE = L.WORLD_SIZE - FIRST;

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
    writeMapTypes(view, profile, isDisabled);
    writeProgTypes(view, profile, isDisabled);
    writeNoTypes(view);
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

function writeCommands(view: DataView, profile: Profile): void {
  const rooms = { none: L.ROOM_NONE, taken: L.ROOM_TAKEN, refused: L.ROOM_REFUSED };
  for (let cmd = 0; cmd < L.TYPE_ROWS; cmd++) {
    const row = L.WORLD_CMDS - FIRST + cmd * L.CMD_SIZE;
    const gate = gateOf(profile, cmd);
    const room = tokenRoomOf(profile, cmd);
    view.setUint8(row + L.CMD_GATE, gateCode(profile, cmd));
    view.setUint8(row + L.CMD_CAP, commandCap(profile, cmd));
    view.setUint8(row + L.CMD_TOKEN_ROOM, rooms[room]);
    view.setUint8(row + L.CMD_PERMISSION_FIRST, gate.kind === 'init_capability' && gate.permissionFirst ? 1 : 0);
    view.setUint8(row + L.CMD_NUMBER, cmd);
    if (gate.kind !== 'token' || room !== 'taken') continue;
    const { typeMask, attachMask, types } = STRAIGHT[profile.vocabulary.nameOf('cmds', cmd)] ?? NO_TYPE;
    view.setUint8(row + L.CMD_STRAIGHT, 1);
    view.setUint8(row + L.CMD_TYPE_MASK, typeMask);
    view.setUint8(row + L.CMD_ATTACH_MASK, attachMask);
    view.setUint8(row + L.CMD_TYPE_AND, typeMask === L.TOKEN_ALL_ONES ? 0 : L.LAST_TYPE);
    view.setUint8(row + L.CMD_ATTACH_AND, attachMask === L.TOKEN_ALL_ONES ? 0 : L.LAST_TYPE);
    view.setUint16(row + L.CMD_TYPES, types, true);
  }
}

/** The capability a command asks in the initial user namespace. BTF_GET_FD_BY_ID does until it takes a token. */
function commandCap(profile: Profile, cmd: number): number {
  const gate = gateOf(profile, cmd);
  return gate.kind === 'init_capability' ? capBits(1n << BigInt(gate.cap)) : L.CAPS_SYS_ADMIN;
}

/** What of a token and of the type table a command reads. */
interface Straight {
  readonly typeMask: number;
  readonly attachMask: number;
  readonly types: number;
}
const NO_TYPE: Straight = { typeMask: L.TOKEN_ALL_ONES, attachMask: L.TOKEN_ALL_ONES, types: L.TYPES_OF_BPF };
const STRAIGHT: Readonly<Record<string, Straight>> = {
  map_create: { typeMask: L.TOKEN_MAPS, attachMask: L.TOKEN_ALL_ONES, types: L.TYPES_OF_MAPS },
  prog_load: { typeMask: L.TOKEN_PROGS, attachMask: L.TOKEN_ATTACHS, types: L.TYPES_OF_PROGS },
  btf_get_fd_by_id: { ...NO_TYPE, types: L.TYPES_OF_SYS_ADMIN },
};

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

function writeMapTypes(view: DataView, { vocabulary }: Profile, isDisabled: boolean): void {
  for (let type = 0; type < L.TYPE_ROWS; type++) {
    const cap = mapTypeCapability(vocabulary, type);
    const own = cap === undefined || cap === null ? 0 : capBits(1n << BigInt(cap));
    writeType(view, L.TYPES_OF_MAPS + type * L.TYPE_SIZE, {
      fits: 1n,
      needs: own | (isDisabled ? L.CAPS_BPF : 0),
      outcomes: isDisabled ? L.OUTCOMES_OF_UNPRIV_DISABLED : L.OUTCOMES_OF_CAPABILITY,
      flags: cap === undefined ? L.TYPE_UNKNOWN_MAP : 0,
    });
  }
}

function writeProgTypes(view: DataView, { vocabulary }: Profile, isDisabled: boolean): void {
  const cgroupSkb = vocabulary.must('prog_types', 'cgroup_skb');
  for (let type = 0; type < L.TYPE_ROWS; type++) {
    const needs = progTypeNeeds(vocabulary, type);
    let fits = 0n;
    for (let attach = 0; attach < L.TYPE_ROWS; attach++) {
      if (attachTypeFits(vocabulary, type, attach)) fits |= 1n << BigInt(attach);
    }
    writeType(view, L.TYPES_OF_PROGS + type * L.TYPE_SIZE, {
      fits,
      needs:
        (isDisabled || !needs.unprivileged ? L.CAPS_BPF : 0) |
        (needs.netAdmin ? L.CAPS_NET_ADMIN : 0) |
        (needs.perfmon ? L.CAPS_PERFMON : 0),
      outcomes: isDisabled ? L.OUTCOMES_OF_UNPRIV_DISABLED : L.OUTCOMES_OF_CAPABILITY,
      final: isLoadableProgType(vocabulary, type) ? Outcome.ALLOWED : Outcome.UNKNOWN_TYPE,
      zeroMeans: fixupAttachType(vocabulary, type, 0),
      flags: type === cgroupSkb ? L.TYPE_CGROUP_SKB : 0,
    });
  }
}

/** BTF_LOAD and BTF_GET_FD_BY_ID: the sysctl has no say. */
function writeNoTypes(view: DataView): void {
  const outcomes = L.OUTCOMES_OF_CAPABILITY;
  writeType(view, L.TYPES_OF_BPF, { fits: 1n, needs: L.CAPS_BPF, outcomes });
  writeType(view, L.TYPES_OF_SYS_ADMIN, { fits: 1n, needs: L.CAPS_SYS_ADMIN, outcomes });
}

interface TypeRow {
  readonly fits: bigint;
  readonly needs: number;
  readonly outcomes: number;
  readonly final?: Outcome;
  readonly zeroMeans?: number;
  readonly flags?: number;
}

function writeType(view: DataView, offset: number, row: TypeRow): void {
  const at = L.WORLD_TYPES - FIRST + offset;
  view.setBigUint64(at + L.TYPE_FITS, row.fits, true);
  view.setUint8(at + L.TYPE_NEEDS, row.needs);
  view.setUint8(at + L.TYPE_OUTCOMES, row.outcomes * L.OUTCOMES_ROW);
  view.setUint8(at + L.TYPE_FINAL, row.final ?? Outcome.ALLOWED);
  view.setUint8(at + L.TYPE_ZERO_MEANS, row.zeroMeans ?? 0);
  view.setUint8(at + L.TYPE_FLAGS, row.flags ?? 0);
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
