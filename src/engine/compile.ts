import { MASK_KIND, type MaskName } from '../kernel/masks.js';
import { KINDS } from '../kernel/vocabulary.js';
import { MAX_IDS, type World } from '../kernel/world.js';
import * as L from './layout.js';
import { capBits, profileTables, TOKEN_COMMANDS } from './profile_tables.js';

/** Where a token's masks are. Its commands are in TOKEN_CMDS instead. */
const MASK_OFFSET: Readonly<Record<Exclude<MaskName, 'cmds'>, number>> = {
  maps: L.TOKEN_MAPS,
  progs: L.TOKEN_PROGS,
  attachs: L.TOKEN_ATTACHS,
};

/** How the rows of user namespaces come out, which depends on how deep a world is. */
interface UsernsPlan {
  /** Level of each user namespace. */
  readonly levels: readonly number[];
  /** Bytes of a row. */
  readonly size: number;
}

/** Throws a RangeError for a world with more ids than the tables can name. */
function checkSize(world: World): void {
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
}

function planUserns({ userns }: World): UsernsPlan {
  const levels: number[] = [];
  for (const [id, { parent }] of userns.entries()) levels.push(id === 0 ? 0 : (levels[parent] as number) + 1);
  const deepest = levels.reduce((deeper, level) => Math.max(deeper, level), 0);
  return { levels, size: (deepest + 1) * L.USERNS_LEVEL_SIZE };
}

/**
 * Writes a world's tables to a memory, whatever was there before.
 * Throws a RangeError, before it writes anything, for a world with more ids than the tables can name.
 */
export function writeWorld(buffer: ArrayBufferLike, world: World): void {
  checkSize(world);
  const view = new DataView(buffer);
  const plan = planUserns(world);
  view.setUint32(L.WORLD_TASK_COUNT, world.tasks.length, true);
  view.setUint32(L.WORLD_TOKEN_COUNT, world.tokens.length, true);
  view.setUint32(L.WORLD_RULES, ruleBits(world), true);
  const { profile, unprivilegedBpfDisabled } = world;
  view.setUint32(L.WORLD_FALLBACK_CAPS, profile.rules.token_falls_back_to_init ? L.CAPS_ALL : 0, true);
  view.setUint32(L.WORLD_IS_PLAIN, isPlain(world) ? 1 : 0, true);
  new Uint8Array(buffer).set(profileTables(profile, unprivilegedBpfDisabled !== 0), L.WORLD_CMDS);
  const owners = ownerNumbers(world);
  writeUserns(view, world, plan, owners);
  writeTasks(view, world, plan, owners);
  writeTokens(view, world, plan);
}

/** Whether the hot path may leave out what only an LSM and the reviewed designs ask. */
function isPlain({ profile: { rules }, tokens }: World): boolean {
  const isMerged = !rules.token_needs_own_userns && !rules.token_falls_back_to_init;
  return isMerged && tokens.every(({ denials }) => capBits(denials.caps) === 0);
}

function ruleBits({ profile: { rules }, unprivilegedBpfDisabled }: World): number {
  return (
    (rules.token_needs_own_userns ? L.RULE_TOKEN_NEEDS_OWN_USERNS : 0) |
    (unprivilegedBpfDisabled !== 0 ? L.RULE_UNPRIVILEGED_DISABLED : 0)
  );
}

/** Owners numbered, so that a uid takes 16 bits. The initial user namespace's owner has no say, and no number. */
function ownerNumbers({ userns }: World): Map<number, number> {
  const numbers = new Map<number, number>();
  for (const { owner } of userns.slice(1)) if (!numbers.has(owner)) numbers.set(owner, numbers.size);
  return numbers;
}

function writeUserns(view: DataView, world: World, plan: UsernsPlan, owners: ReadonlyMap<number, number>): void {
  world.userns.forEach(({ parent, owner }, id) => {
    const level = plan.levels[id] as number;
    const row = L.WORLD_USERNS + id * plan.size;
    const parentRow = L.WORLD_USERNS + parent * plan.size;
    for (let at = 0; at * L.USERNS_LEVEL_SIZE < plan.size; at++) {
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

/** CAP_SYS_ADMIN stands in for the others (bpf_capable(), bpf_net_capable(), perfmon_capable()). */
function withSysAdmin(caps: number): number {
  return caps & L.CAPS_SYS_ADMIN ? L.CAPS_ALL : caps;
}

function writeTasks(view: DataView, { tasks }: World, plan: UsernsPlan, owners: ReadonlyMap<number, number>): void {
  tasks.forEach(({ userns, euid, effective }, id) => {
    const row = id * L.TASK_SIZE;
    view.setUint16(row + L.TASK_USERNS, userns, true);
    view.setUint16(row + L.TASK_EUID, owners.get(euid) ?? L.EUID_OWNS_NOTHING, true);
    view.setUint8(row + L.TASK_LEVEL, (plan.levels[userns] as number) * L.USERNS_LEVEL_SIZE);
    const caps = withSysAdmin(capBits(effective));
    view.setUint8(row + L.TASK_CAPS, caps);
    view.setUint8(row + L.TASK_INIT_CAPS, userns === 0 ? caps : 0);
  });
}

/** And after the last the row that stands for no token. */
function writeTokens(view: DataView, { tokens, profile }: World, plan: UsernsPlan): void {
  const { vocabulary } = profile;
  const commands = TOKEN_COMMANDS.map((name) => vocabulary.must('cmds', name));
  const has = (mask: bigint, cmd: number): boolean => ((mask >> BigInt(cmd)) & 1n) === 1n;
  tokens.forEach(({ userns, allowed, denials }, id) => {
    const row = id * L.TOKEN_SIZE;
    for (const mask of ['maps', 'progs', 'attachs'] as const) {
      view.setBigUint64(row + MASK_OFFSET[mask], allowed[mask] & vocabulary.knownMask(MASK_KIND[mask]), true);
    }
    view.setUint8(row + L.TOKEN_LEVEL, (plan.levels[userns] as number) * L.USERNS_LEVEL_SIZE);
    view.setUint8(row + L.TOKEN_DENIED_CAPS, capBits(denials.caps) | L.TOKEN_GIVEN);
    const bits = commands.map((cmd) => {
      if (!has(allowed.cmds, cmd)) return 0;
      return has(denials.cmds, cmd) ? L.CMD_ALLOWED : L.CMD_ALLOWED | L.CMD_NOT_DENIED;
    });
    view.setUint8(
      row + L.TOKEN_CMDS,
      bits.reduce((byte, two, i) => byte | (two << (2 * i)), 0),
    );
    view.setUint32(row + L.TOKEN_USERNS_ROW, userns * plan.size, true);
  });
  new Uint8Array(view.buffer, L.WORLD_TOKENS + tokens.length * L.TOKEN_SIZE, L.TOKEN_SIZE).fill(0);
}
