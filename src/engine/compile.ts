import { MASK_ANY } from '../abi/bpf.js';
import { WorldTooLargeError } from '../errors.js';
import { MASK_KIND, type MaskName } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import { KINDS } from '../kernel/vocabulary.js';
import { MAX_IDS, type TaskSpec, type TokenSpec, type World } from '../kernel/world.js';
import * as L from './layout.js';
import { capBits, profileTables, STRAIGHT_COMMANDS } from './profile_tables.js';

/** Where a token's masks are. Its commands are in TOKEN_FOUND instead. */
const MASK_OFFSET: Readonly<Record<Exclude<MaskName, 'cmds'>, number>> = {
  maps: L.TOKEN_MAPS,
  progs: L.TOKEN_PROGS,
  attachs: L.TOKEN_ATTACHS,
};

/** How rows come out, which depends on a world's kernel and user namespaces. While these stay, rows can be added. */
export interface RowPlan {
  readonly profile: Profile;
  /** Level of each user namespace. */
  readonly levels: readonly number[];
  /** Bytes of a user namespace's row: the deeper a world, the longer. */
  readonly usernsSize: number;
  /** Owners of user namespaces by number, so that a uid takes 16 bits. The initial one's owner has no say, and no number. */
  readonly owners: ReadonlyMap<number, number>;
  /** Numbers of STRAIGHT_COMMANDS. */
  readonly cmds: readonly bigint[];
}

/** Throws a WorldTooLargeError for a world with more ids than the tables can name. */
function checkSize(world: World): void {
  for (const [what, rows] of [
    ['tasks', world.tasks],
    ['tokens', world.tokens],
    ['user namespaces', world.userns],
  ] as const) {
    if (rows.length > MAX_IDS) throw new WorldTooLargeError(what, rows.length, MAX_IDS);
  }
  for (const kind of KINDS) {
    const count = world.profile.vocabulary.count[kind];
    if (count >= L.TYPE_ROWS) throw new WorldTooLargeError(kind, count, L.TYPE_ROWS - 1);
  }
}

function planRows({ profile, userns }: World): RowPlan {
  const levels: number[] = [];
  for (const [id, { parent }] of userns.entries()) levels.push(id === 0 ? 0 : (levels[parent] as number) + 1);
  const deepest = levels.reduce((deeper, level) => Math.max(deeper, level), 0);
  const owners = new Map<number, number>();
  for (const { owner } of userns.slice(1)) if (!owners.has(owner)) owners.set(owner, owners.size);
  const cmds = STRAIGHT_COMMANDS.map((name) => BigInt(profile.vocabulary.must('cmds', name)));
  return { profile, levels, usernsSize: (deepest + 1) * L.USERNS_LEVEL_SIZE, owners, cmds };
}

/**
 * Writes a world's tables to a memory, whatever was there before, and says how its rows come out.
 * Throws a WorldTooLargeError, before it writes anything, for a world with more ids than the tables can name.
 */
export function writeWorld(buffer: ArrayBufferLike, world: World): RowPlan {
  checkSize(world);
  const view = new DataView(buffer);
  const plan = planRows(world);
  view.setUint32(L.WORLD_TASK_COUNT, world.tasks.length, true);
  view.setUint32(L.WORLD_TOKEN_COUNT, world.tokens.length, true);
  view.setUint32(L.WORLD_RULES, ruleBits(world), true);
  const { profile, unprivilegedBpfDisabled } = world;
  new Uint8Array(buffer).set(profileTables(profile, unprivilegedBpfDisabled !== 0), L.WORLD_CMDS);
  writeUserns(view, world, plan);
  world.tasks.forEach((task, id) => {
    writeTaskRow(view, plan, id, task);
  });
  world.tokens.forEach((token, id) => {
    writeTokenRow(view, plan, id, token);
  });
  writeNoTokenRow(view, world.tokens.length);
  return plan;
}

function ruleBits({ profile: { rules }, unprivilegedBpfDisabled }: World): number {
  return (
    (rules.token_needs_own_userns ? L.RULE_TOKEN_NEEDS_OWN_USERNS : 0) |
    (rules.token_falls_back_to_init ? L.RULE_TOKEN_FALLS_BACK_TO_INIT : 0) |
    (unprivilegedBpfDisabled !== 0 ? L.RULE_UNPRIVILEGED_DISABLED : 0)
  );
}

function writeUserns(view: DataView, world: World, { levels, usernsSize, owners }: RowPlan): void {
  world.userns.forEach(({ parent, owner }, id) => {
    const level = levels[id] as number;
    const row = L.WORLD_USERNS + id * usernsSize;
    const parentRow = L.WORLD_USERNS + parent * usernsSize;
    for (let at = 0; at * L.USERNS_LEVEL_SIZE < usernsSize; at++) {
      const offset = at * L.USERNS_LEVEL_SIZE;
      const inherited = at < level;
      view.setUint16(
        row + offset,
        inherited ? view.getUint16(parentRow + offset, true) : at === level ? id : L.NO_ID,
        true,
      );
      const childOwner =
        at === level - 1
          ? (owners.get(owner) as number)
          : inherited
            ? view.getUint16(parentRow + offset + 2, true)
            : L.NO_ID;
      view.setUint16(row + offset + 2, childOwner, true);
    }
  });
}

/** Writes the row of a task. Each byte is written once: who reads meanwhile sees what was there or what is now. */
export function writeTaskRow(view: DataView, plan: RowPlan, id: number, { userns, euid, effective }: TaskSpec): void {
  const row = L.WORLD_TASKS + id * L.TASK_SIZE;
  view.setUint16(row + L.TASK_USERNS, userns, true);
  view.setUint16(row + L.TASK_EUID, plan.owners.get(euid) ?? L.EUID_OWNS_NOTHING, true);
  view.setUint8(row + L.TASK_LEVEL, (plan.levels[userns] as number) * L.USERNS_LEVEL_SIZE);
  view.setUint8(row + L.TASK_CAPS, capBits(effective));
  view.setUint8(row + L.TASK_INIT_CAPS, userns === 0 ? capBits(effective) : 0);
}

/** Writes the row of a token. Each byte is written once: who reads meanwhile sees what was there or what is now. */
export function writeTokenRow(
  view: DataView,
  { profile, usernsSize, cmds }: RowPlan,
  id: number,
  { userns, allowed, denials }: TokenSpec,
): void {
  const { vocabulary } = profile;
  const row = L.WORLD_TOKENS + id * L.TOKEN_SIZE;
  for (const mask of ['maps', 'progs', 'attachs'] as const) {
    const known = allowed[mask] & vocabulary.knownMask(MASK_KIND[mask]);
    view.setBigUint64(row + MASK_OFFSET[mask], known, true);
  }
  view.setBigUint64(row + L.TOKEN_ALL_ONES, MASK_ANY, true);
  view.setUint16(row + L.TOKEN_USERNS, userns, true);
  view.setUint8(row + L.TOKEN_DENIED_CAPS, capBits(denials.caps));
  view.setUint32(row + L.TOKEN_USERNS_ROW, L.WORLD_USERNS + userns * usernsSize, true);
  // Where the rule does not ask for it, every caller is as good as in the token's own user namespace.
  const always = L.FOUND_GIVEN | (profile.rules.token_needs_own_userns ? 0 : L.FOUND_OWN_USERNS);
  cmds.forEach((cmd, i) => {
    const bit = (mask: bigint) => ((mask >> cmd) & 1n) === 1n;
    const found = (bit(allowed.cmds) ? L.FOUND_CMD : 0) | (bit(denials.cmds) ? L.FOUND_DENIED : 0);
    view.setUint8(row + L.TOKEN_FOUND + i, found | always);
  });
}

/** Writes the row that stands for no token: no bit set, and an address that can be read from. */
export function writeNoTokenRow(view: DataView, id: number): void {
  const row = L.WORLD_TOKENS + id * L.TOKEN_SIZE;
  new Uint8Array(view.buffer, row, L.TOKEN_SIZE).fill(0);
  view.setUint32(row + L.TOKEN_USERNS_ROW, L.WORLD_USERNS, true);
}
