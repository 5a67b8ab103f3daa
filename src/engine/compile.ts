import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../abi/capabilities.js';
import { attachTypeFits, fixupAttachType } from '../kernel/attach_types.js';
import { gateOf, tokenRoomOf } from '../kernel/commands.js';
import { mapTypeCapability } from '../kernel/map_types.js';
import { MASK_KIND, MASK_NAMES, type MaskName } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import { isLoadableProgType, progTypeNeeds } from '../kernel/prog_types.js';
import { KINDS } from '../kernel/vocabulary.js';
import { MAX_IDS, type World } from '../kernel/world.js';
import * as L from './layout.js';

const CAP_BITS: readonly (readonly [cap: number, bit: number])[] = [
  [CAP_BPF, L.CAPS_BPF],
  [CAP_NET_ADMIN, L.CAPS_NET_ADMIN],
  [CAP_PERFMON, L.CAPS_PERFMON],
  [CAP_SYS_ADMIN, L.CAPS_SYS_ADMIN],
];

const MASK_OFFSET: Readonly<Record<MaskName, number>> = {
  cmds: L.TOKEN_CMDS,
  maps: L.TOKEN_MAPS,
  progs: L.TOKEN_PROGS,
  attachs: L.TOKEN_ATTACHS,
};

/** Where each table of a world lies, as byte offsets from the start of the world. */
export interface WorldPlan {
  readonly tasks: number;
  readonly tokens: number;
  readonly userns: number;
  readonly cmds: number;
  readonly mapTypes: number;
  readonly progTypes: number;
  readonly size: number;
}

/** Lays the tables of a world out. Throws a RangeError for a world with more ids than the tables can name. */
export function planWorld(world: World): WorldPlan {
  for (const [what, rows] of [
    ['tasks', world.tasks],
    ['tokens', world.tokens],
    ['user namespaces', world.userns],
  ] as const) {
    if (rows.length > MAX_IDS) throw new RangeError(`${rows.length} ${what}: at most ${MAX_IDS} fit one world`);
  }
  for (const kind of KINDS) {
    const count = world.profile.vocabulary.count[kind];
    if (count >= L.TYPE_ROWS) throw new RangeError(`${count} ${kind}: the tables have room for ${L.TYPE_ROWS - 1}`);
  }
  let at = L.HEADER_SIZE;
  const place = (bytes: number): number => {
    const here = at;
    at += (bytes + 63) & ~63;
    return here;
  };
  return {
    tasks: place(world.tasks.length * L.TASK_SIZE),
    tokens: place(world.tokens.length * L.TOKEN_SIZE),
    userns: place(world.userns.length * L.USERNS_SIZE),
    cmds: place(L.TYPE_ROWS * L.CMD_SIZE),
    mapTypes: place(L.TYPE_ROWS),
    progTypes: place(L.TYPE_ROWS * L.PROG_SIZE),
    get size() {
      return at;
    },
  };
}

/** Writes a world's tables at byte offset `base` of a memory (all zero there). */
export function writeWorld(buffer: ArrayBufferLike, base: number, world: World, plan: WorldPlan): void {
  const view = new DataView(buffer, base, plan.size);
  const header: readonly (readonly [number, number])[] = [
    [L.HEADER_TASK_COUNT, world.tasks.length],
    [L.HEADER_TOKEN_COUNT, world.tokens.length],
    [L.HEADER_TASKS, base + plan.tasks],
    [L.HEADER_TOKENS, base + plan.tokens],
    [L.HEADER_USERNS, base + plan.userns],
    [L.HEADER_CMDS, base + plan.cmds],
    [L.HEADER_MAP_TYPES, base + plan.mapTypes],
    [L.HEADER_PROG_TYPES, base + plan.progTypes],
    [L.HEADER_RULES, ruleBits(world)],
  ];
  for (const [offset, value] of header) view.setUint32(offset, value, true);
  const levels = writeUserns(view, world, plan);
  writeTasks(view, world, plan, levels);
  writeTokens(view, world, plan);
  writeCommands(view, world.profile, plan);
  writeTypes(view, world.profile, plan);
}

function ruleBits({ profile: { rules }, unprivilegedBpfDisabled }: World): number {
  return (
    (rules.token_needs_own_userns ? L.RULE_TOKEN_NEEDS_OWN_USERNS : 0) |
    (rules.token_falls_back_to_init ? L.RULE_TOKEN_FALLS_BACK_TO_INIT : 0) |
    (unprivilegedBpfDisabled !== 0 ? L.RULE_UNPRIVILEGED_DISABLED : 0)
  );
}

/** Returns each namespace's level. */
function writeUserns(view: DataView, world: World, plan: WorldPlan): number[] {
  const levels: number[] = [];
  world.userns.forEach(({ parent, owner }, id) => {
    const level = id === 0 ? 0 : (levels[parent] as number) + 1;
    levels.push(level);
    const row = plan.userns + id * L.USERNS_SIZE;
    const parentRow = plan.userns + parent * L.USERNS_SIZE;
    for (let i = 0; i < L.USERNS_LEVELS; i++) {
      const ancestor = i < level ? view.getUint16(parentRow + 2 * i, true) : i === level ? id : L.NO_ID;
      view.setUint16(row + L.USERNS_ANCESTORS + 2 * i, ancestor, true);
    }
    view.setUint32(row + L.USERNS_OWNER, owner, true);
  });
  return levels;
}

function writeTasks(view: DataView, { tasks }: World, plan: WorldPlan, levels: readonly number[]): void {
  tasks.forEach(({ userns, euid, effective }, id) => {
    const row = plan.tasks + id * L.TASK_SIZE;
    view.setUint16(row + L.TASK_USERNS, userns, true);
    view.setUint8(row + L.TASK_LEVEL, levels[userns] as number);
    view.setUint8(row + L.TASK_CAPS, capBits(effective));
    view.setUint8(row + L.TASK_INIT_CAPS, userns === 0 ? capBits(effective) : 0);
    view.setUint32(row + L.TASK_EUID, euid, true);
  });
}

function writeTokens(view: DataView, { tokens, profile }: World, plan: WorldPlan): void {
  tokens.forEach(({ userns, allowed, denials }, id) => {
    const row = plan.tokens + id * L.TOKEN_SIZE;
    for (const mask of MASK_NAMES) {
      const known = allowed[mask] & profile.vocabulary.knownMask(MASK_KIND[mask]);
      view.setBigUint64(row + MASK_OFFSET[mask], known, true);
    }
    view.setBigUint64(row + L.TOKEN_DENIED_CMDS, BigInt.asUintN(64, denials.cmds), true);
    view.setUint16(row + L.TOKEN_USERNS, userns, true);
    view.setUint8(row + L.TOKEN_DENIED_CAPS, capBits(denials.caps));
  });
}

function writeCommands(view: DataView, profile: Profile, plan: WorldPlan): void {
  const rooms = { none: L.ROOM_NONE, taken: L.ROOM_TAKEN, refused: L.ROOM_REFUSED };
  for (let cmd = 0; cmd < L.TYPE_ROWS; cmd++) {
    const row = plan.cmds + cmd * L.CMD_SIZE;
    const gate = gateOf(profile, cmd);
    view.setUint8(row + L.CMD_GATE, gateCode(profile, cmd));
    view.setUint8(row + L.CMD_CAP, commandCap(profile, cmd));
    view.setUint8(row + L.CMD_TOKEN_ROOM, rooms[tokenRoomOf(profile, cmd)]);
    view.setUint8(row + L.CMD_PERMISSION_FIRST, gate.kind === 'init_capability' && gate.permissionFirst ? 1 : 0);
    view.setUint8(row + L.CMD_NUMBER, cmd);
  }
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

function commandCap(profile: Profile, cmd: number): number {
  const gate = gateOf(profile, cmd);
  if (gate.kind === 'init_capability') return capBits(1n << BigInt(gate.cap));
  return profile.vocabulary.nameOf('cmds', cmd) === 'btf_get_fd_by_id' ? L.CAPS_SYS_ADMIN : L.CAPS_BPF;
}

function writeTypes(view: DataView, { vocabulary }: Profile, plan: WorldPlan): void {
  const cgroupSkb = vocabulary.must('prog_types', 'cgroup_skb');
  for (let type = 0; type < L.TYPE_ROWS; type++) {
    const cap = mapTypeCapability(vocabulary, type);
    const asks = cap === undefined ? L.MAP_TYPE_UNKNOWN : cap === null ? 0 : capBits(1n << BigInt(cap));
    view.setUint8(plan.mapTypes + type, asks);

    const row = plan.progTypes + type * L.PROG_SIZE;
    const needs = progTypeNeeds(vocabulary, type);
    const bits =
      (needs.unprivileged ? L.PROG_UNPRIVILEGED : 0) |
      (needs.netAdmin ? L.PROG_NET_ADMIN : 0) |
      (needs.perfmon ? L.PROG_PERFMON : 0) |
      (isLoadableProgType(vocabulary, type) ? L.PROG_LOADABLE : 0) |
      (type === cgroupSkb ? L.PROG_CGROUP_SKB : 0);
    view.setUint8(row + L.PROG_NEEDS, bits);
    view.setUint8(row + L.PROG_ZERO_MEANS, fixupAttachType(vocabulary, type, 0));
    let fits = 0n;
    for (let attach = 0; attach < L.TYPE_ROWS; attach++) {
      if (attachTypeFits(vocabulary, type, attach)) fits |= 1n << BigInt(attach);
    }
    view.setBigUint64(row + L.PROG_FITS, fits, true);
  }
}

/** The four capabilities bpf() asks for, as CAPS_* bits. */
function capBits(caps: bigint): number {
  return CAP_BITS.reduce((bits, [cap, bit]) => ((caps >> BigInt(cap)) & 1n ? bits | bit : bits), 0);
}
