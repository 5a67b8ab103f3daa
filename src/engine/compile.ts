import { MASK_ANY } from '../abi/bpf.js';
import { MASK_KIND, type MaskName } from '../kernel/masks.js';
import { KINDS } from '../kernel/vocabulary.js';
import { MAX_IDS, type World } from '../kernel/world.js';
import * as L from './layout.js';
import { capBits, profileTables, STRAIGHT_COMMANDS } from './profile_tables.js';

/** Where a token's masks are. Its commands are in TOKEN_FOUND instead. */
const MASK_OFFSET: Readonly<Record<Exclude<MaskName, 'cmds'>, number>> = {
  maps: L.TOKEN_MAPS,
  progs: L.TOKEN_PROGS,
  attachs: L.TOKEN_ATTACHS,
};

/** Where each table of a world lies, as byte offsets from the start of the world. */
export interface WorldPlan {
  readonly tasks: number;
  readonly tokens: number;
  readonly userns: number;
  readonly size: number;
  /** Level of each user namespace. */
  readonly levels: readonly number[];
  /** Bytes of a user namespace's row. */
  readonly usernsSize: number;
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
  const levels: number[] = [];
  for (const [id, { parent }] of world.userns.entries()) levels.push(id === 0 ? 0 : (levels[parent] as number) + 1);
  const usernsSize = (levels.reduce((deepest, level) => Math.max(deepest, level), 0) + 1) * L.USERNS_LEVEL_SIZE;
  let size = L.WORLD_SIZE;
  const place = (bytes: number): number => {
    const here = size;
    size += (bytes + 63) & ~63;
    return here;
  };
  const tables = {
    tasks: place(world.tasks.length * L.TASK_SIZE),
    tokens: place((world.tokens.length + 1) * L.TOKEN_SIZE),
    userns: place(world.userns.length * usernsSize),
  };
  return { ...tables, size, levels, usernsSize };
}

/** Writes a world's tables at byte offset `base` of a memory (all zero there). */
export function writeWorld(buffer: ArrayBufferLike, base: number, world: World, plan: WorldPlan): void {
  const view = new DataView(buffer, base, plan.size);
  const header: readonly (readonly [number, number])[] = [
    [L.WORLD_TASK_COUNT, world.tasks.length],
    [L.WORLD_TOKEN_COUNT, world.tokens.length],
    [L.WORLD_TASKS, base + plan.tasks],
    [L.WORLD_TOKENS, base + plan.tokens],
    [L.WORLD_RULES, ruleBits(world)],
  ];
  for (const [offset, value] of header) view.setUint32(offset, value, true);
  const owners = ownerNumbers(world);
  writeUserns(view, world, plan, owners);
  writeTasks(view, world, plan, owners);
  writeTokens(view, base, world, plan);
  const { profile, unprivilegedBpfDisabled } = world;
  new Uint8Array(buffer, base + L.WORLD_CMDS).set(profileTables(profile, unprivilegedBpfDisabled !== 0));
}

function ruleBits({ profile: { rules }, unprivilegedBpfDisabled }: World): number {
  return (
    (rules.token_needs_own_userns ? L.RULE_TOKEN_NEEDS_OWN_USERNS : 0) |
    (rules.token_falls_back_to_init ? L.RULE_TOKEN_FALLS_BACK_TO_INIT : 0) |
    (unprivilegedBpfDisabled !== 0 ? L.RULE_UNPRIVILEGED_DISABLED : 0)
  );
}

/** Owners numbered, so that a uid takes 16 bits. The initial user namespace's owner has no say, and no number. */
function ownerNumbers({ userns }: World): Map<number, number> {
  const numbers = new Map<number, number>();
  for (const { owner } of userns.slice(1)) if (!numbers.has(owner)) numbers.set(owner, numbers.size);
  return numbers;
}

function writeUserns(view: DataView, world: World, plan: WorldPlan, owners: ReadonlyMap<number, number>): void {
  world.userns.forEach(({ parent, owner }, id) => {
    const level = plan.levels[id] as number;
    const row = plan.userns + id * plan.usernsSize;
    const parentRow = plan.userns + parent * plan.usernsSize;
    for (let at = 0; at * L.USERNS_LEVEL_SIZE < plan.usernsSize; at++) {
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

function writeTasks(view: DataView, { tasks }: World, plan: WorldPlan, owners: ReadonlyMap<number, number>): void {
  tasks.forEach(({ userns, euid, effective }, id) => {
    const row = plan.tasks + id * L.TASK_SIZE;
    view.setUint16(row + L.TASK_USERNS, userns, true);
    view.setUint16(row + L.TASK_EUID, owners.get(euid) ?? L.EUID_OWNS_NOTHING, true);
    view.setUint8(row + L.TASK_LEVEL, (plan.levels[userns] as number) * L.USERNS_LEVEL_SIZE);
    view.setUint8(row + L.TASK_CAPS, capBits(effective));
    view.setUint8(row + L.TASK_INIT_CAPS, userns === 0 ? capBits(effective) : 0);
  });
}

/** The row that stands for no token has no bit set, and an address that can be read from. */
function writeTokens(view: DataView, base: number, { tokens, profile }: World, plan: WorldPlan): void {
  const { vocabulary } = profile;
  const commands = STRAIGHT_COMMANDS.map((name, i) => [vocabulary.must('cmds', name), L.TOKEN_FOUND + i] as const);
  // Where the rule does not ask for it, every caller is as good as in the token's own user namespace.
  const always = L.FOUND_GIVEN | (profile.rules.token_needs_own_userns ? 0 : L.FOUND_OWN_USERNS);
  tokens.forEach(({ userns, allowed, denials }, id) => {
    const row = plan.tokens + id * L.TOKEN_SIZE;
    for (const mask of ['maps', 'progs', 'attachs'] as const) {
      const known = allowed[mask] & vocabulary.knownMask(MASK_KIND[mask]);
      view.setBigUint64(row + MASK_OFFSET[mask], known, true);
    }
    view.setBigUint64(row + L.TOKEN_ALL_ONES, MASK_ANY, true);
    view.setUint16(row + L.TOKEN_USERNS, userns, true);
    view.setUint8(row + L.TOKEN_DENIED_CAPS, capBits(denials.caps));
    view.setUint32(row + L.TOKEN_USERNS_ROW, base + plan.userns + userns * plan.usernsSize, true);
    for (const [cmd, offset] of commands) {
      const bit = (mask: bigint) => ((mask >> BigInt(cmd)) & 1n) === 1n;
      const found = (bit(allowed.cmds) ? L.FOUND_CMD : 0) | (bit(denials.cmds) ? L.FOUND_DENIED : 0);
      view.setUint8(row + offset, found | always);
    }
  });
  view.setUint32(plan.tokens + tokens.length * L.TOKEN_SIZE + L.TOKEN_USERNS_ROW, base + plan.userns, true);
}
