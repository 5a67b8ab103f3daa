import * as L from '../abi/memory_layout.js';
import { WorldTooLargeError } from '../errors.js';
import { MASK_KIND, type MaskName } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import { SelinuxPolicy } from '../kernel/selinux.js';
import { ENUM_KINDS } from '../kernel/vocabulary.js';
import type { TaskSpec, TokenSpec, World } from '../kernel/world.js';
import { saturate } from './columns.js';
import type { WorldTables } from './regions.js';
import { capBits, TOKEN_COMMANDS } from './tables/capability_bits.js';
import { profileTables } from './tables/kernel_tables.js';
import { ProgramTable } from './tables/programs.js';
import { capsLeft, withSysAdmin, writeSelinuxPairs } from './tables/selinux_pairs.js';

/** The addresses of a token's masks. Its commands are in TOKEN_CMDS instead. */
const MASK_OFFSET: Readonly<Record<Exclude<MaskName, 'cmds'>, number>> = {
  maps: L.TOKEN_MAPS,
  progs: L.TOKEN_PROGS,
  attachs: L.TOKEN_ATTACHS,
};

/** How rows are encoded, which depends on a world's kernel and user namespaces. While these stay, rows can be added. */
export interface RowPlan {
  readonly profile: Profile;
  /** Level of each user namespace. */
  readonly levels: readonly number[];
  /** Bytes of a user namespace's row: the deeper a world, the longer. */
  readonly usernsSize: number;
  /** Owners of user namespaces by number, so that a uid takes 16 bits. The initial one's owner does not matter: no number. */
  readonly owners: ReadonlyMap<number, number>;
  /** Numbers of TOKEN_COMMANDS. */
  readonly cmds: readonly bigint[];
  readonly selinux?: SelinuxPolicy | undefined;
}

/** Throws a WorldTooLargeError for a kernel that knows more numbers than the tables have rows for. */
function checkSize(world: World): void {
  for (const kind of ENUM_KINDS) {
    const count = world.profile.vocabulary.count[kind];
    if (count >= L.TYPE_ROWS) throw new WorldTooLargeError(kind, count, L.TYPE_ROWS - 1);
  }
  const programs = world.programs?.length ?? 0;
  if (programs > L.MAX_PROGRAMS) throw new WorldTooLargeError('programs', programs, L.MAX_PROGRAMS);
}

function planRows({ profile, userns, selinux }: World): RowPlan {
  const levels: number[] = [];
  for (const [id, { parent }] of userns.entries()) levels.push(id === 0 ? 0 : (levels[parent] as number) + 1);
  const deepest = levels.reduce((deeper, level) => Math.max(deeper, level), 0);
  const owners = new Map<number, number>();
  for (const { owner } of userns.slice(1)) if (!owners.has(owner)) owners.set(owner, owners.size);
  const cmds = TOKEN_COMMANDS.map((name) => BigInt(profile.vocabulary.require('cmds', name)));
  return {
    profile,
    levels,
    usernsSize: (deepest + 1) * L.USERNS_LEVEL_SIZE,
    owners,
    cmds,
    selinux: selinux && new SelinuxPolicy(selinux),
  };
}

/**
 * Writes the tables of a world that passed checkWorld() over those in a memory, and returns how its rows are encoded. Throws
 * a WorldTooLargeError, before it writes anything, for a kernel with more numbers than the tables have rows.
 */
export function writeWorld(tables: WorldTables, world: World): RowPlan {
  checkSize(world);
  const { header } = tables;
  const plan = planRows(world);
  header.setUint32(L.WORLD_TASK_COUNT, world.tasks.length);
  header.setUint32(L.WORLD_TOKEN_COUNT, world.tokens.length);
  header.setUint32(L.WORLD_RULES, ruleBits(world));
  const { profile, unprivilegedBpfDisabled } = world;
  header.setUint32(L.WORLD_FALLBACK_CAPS, profile.rules.token_falls_back_to_init ? L.CAPS_ALL : 0);
  const { token_needs_own_userns: needsOwn, token_falls_back_to_init: fallsBack } = profile.rules;
  header.setUint32(L.WORLD_HAS_STANDARD_RULES, needsOwn || fallsBack || plan.selinux ? 0 : 1);
  header.setUint32(L.WORLD_SELINUX, plan.selinux ? 1 : 0);
  if (plan.selinux) writeSelinuxPairs(tables.selinux, world, plan.selinux);
  tables.setKernel(profileTables(profile, unprivilegedBpfDisabled !== 0));
  writeUserns(tables, world, plan);
  world.tasks.forEach((task, id) => {
    writeTaskRow(tables, plan, id, task);
  });
  world.tokens.forEach((token, id) => {
    writeTokenRow(tables, plan, id, token);
  });
  writePrograms(tables, world);
  return plan;
}

function writePrograms({ header, programs: view }: WorldTables, world: World): void {
  const { programs = [] } = world;
  header.setUint32(L.WORLD_PROGRAM_COUNT, programs.length);
  for (const [id, program] of programs.entries()) {
    const { progType: type, attachType } = program;
    const { helperNeeds, libertyNeeds } = new ProgramTable(world, { type, attachType }, program);
    const row = id * L.PROGRAM_SIZE;
    view.setUint8(row + L.PROGRAM_TYPE, saturate(type));
    view.setUint8(row + L.PROGRAM_ATTACH_TYPE, saturate(attachType));
    view.setUint8(row + L.PROGRAM_HELPER_NEEDS, helperNeeds);
    view.setUint8(row + L.PROGRAM_LIBERTY_NEEDS, libertyNeeds);
  }
}

function ruleBits({ profile: { rules }, unprivilegedBpfDisabled }: World): number {
  return (
    (rules.token_needs_own_userns ? L.RULE_TOKEN_NEEDS_OWN_USERNS : 0) |
    (unprivilegedBpfDisabled !== 0 ? L.RULE_UNPRIVILEGED_DISABLED : 0)
  );
}

function writeUserns({ userns: view }: WorldTables, world: World, { levels, usernsSize, owners }: RowPlan): void {
  world.userns.forEach(({ parent, owner }, id) => {
    const level = levels[id] as number;
    const row = L.WORLD_USERNS + id * usernsSize;
    const parentRow = L.WORLD_USERNS + parent * usernsSize;
    for (let at = 0; at * L.USERNS_LEVEL_SIZE < usernsSize; at++) {
      const offset = at * L.USERNS_LEVEL_SIZE;
      const inherited = at < level;
      view.setUint16(row + offset, inherited ? view.getUint16(parentRow + offset) : at === level ? id : L.NO_ID);
      const childOwner =
        at === level - 1 ? (owners.get(owner) as number) : inherited ? view.getUint16(parentRow + offset + 2) : L.NO_ID;
      view.setUint16(row + offset + 2, childOwner);
    }
  });
}

/** Writes the row of a task, each byte once: a concurrent reader sees the old byte or the new one. */
export function writeTaskRow({ tasks: view }: WorldTables, plan: RowPlan, id: number, task: TaskSpec): void {
  const { userns, euid, domain = 0 } = task;
  const row = id * L.TASK_SIZE;
  const capsIn = (isInitial: boolean) => withSysAdmin(capBits(capsLeft(plan.selinux, task, isInitial)));
  view.setUint16(row + L.TASK_USERNS, userns);
  view.setUint16(row + L.TASK_EUID, plan.owners.get(euid) ?? L.EUID_OWNS_NOTHING);
  view.setUint8(row + L.TASK_LEVEL, (plan.levels[userns] as number) * L.USERNS_LEVEL_SIZE);
  view.setUint8(row + L.TASK_CAPS, capsIn(false));
  view.setUint8(row + L.TASK_INIT_CAPS, userns === 0 ? capsIn(true) : 0);
  view.setUint8(row + L.TASK_DOMAIN, domain);
}

/** Writes the row of a token, each byte once: a concurrent reader sees the old byte or the new one. */
export function writeTokenRow(
  { header, tokens: view }: WorldTables,
  { profile, levels, usernsSize, cmds }: RowPlan,
  id: number,
  { userns, allowed, denials, grantor = 0 }: TokenSpec,
): void {
  const row = id * L.TOKEN_SIZE;
  const deniedCaps = capBits(denials.caps);
  if (deniedCaps !== 0) header.setUint32(L.WORLD_HAS_STANDARD_RULES, 0);
  for (const mask of ['maps', 'progs', 'attachs'] as const) {
    const known = allowed[mask] & profile.vocabulary.knownMask(MASK_KIND[mask]);
    view.setBigUint64(row + MASK_OFFSET[mask], known);
  }
  view.setUint8(row + L.TOKEN_LEVEL, (levels[userns] as number) * L.USERNS_LEVEL_SIZE);
  view.setUint8(row + L.TOKEN_DENIED_CAPS, deniedCaps | L.TOKEN_GIVEN);
  view.setUint8(
    row + L.TOKEN_CMDS,
    cmds.reduce((bits, cmd, i) => bits | (commandBits(cmd, allowed.cmds, denials.cmds) << (2 * i)), 0),
  );
  view.setUint8(row + L.TOKEN_GRANTOR, grantor);
  view.setUint32(row + L.TOKEN_USERNS_ROW, userns * usernsSize);
}

function commandBits(cmd: bigint, allowed: bigint, denied: bigint): number {
  if (((allowed >> cmd) & 1n) === 0n) return 0;
  return (denied >> cmd) & 1n ? L.CMD_ALLOWED : L.CMD_ALLOWED | L.CMD_NOT_DENIED;
}
