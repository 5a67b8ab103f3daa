import { WorldTooLargeError } from '../errors.js';
import { type FieldFault, faultError } from './field_fault.js';
import { checkProfile } from './profile_rules.js';
import { isObject } from './ranges.js';
import { selinuxFault } from './selinux_fault.js';
import { programFault } from './verifier/program_fault.js';
import { MAX_IDS, type World, type WorldNames } from './world.js';
import { bpffsFault, namedIdFault, rowCounts, taskFault, tokenFault, usernsFault } from './world_rows.js';

/** The lists of a world whose ids columns hold, as people call them. */
const LIMITED = { userns: 'user namespaces', tasks: 'tasks', tokens: 'tokens' } as const;

/**
 * Checks everything of a world but whether names are unique: a set of all names takes a third as long as compiling the
 * world, so that is checked where names are first looked up (checkUniqueNames()).
 * Throws an InvalidSpecError that names the field (`tasks[3].userns`), and a WorldTooLargeError for more than MAX_IDS tasks,
 * tokens or user namespaces.
 */
export function checkWorld(world: World): void {
  checkIsWorld(world);
  const { profile, unprivilegedBpfDisabled: sysctl, userns, bpffs, tasks, tokens } = world;
  checkProfile(profile, 'profile');
  if (sysctl !== 0 && sysctl !== 1 && sysctl !== 2) {
    throw faultError({ field: 'unprivilegedBpfDisabled', given: sysctl, expected: '0, 1 or 2' });
  }
  checkUserns(userns);
  checkPrograms(world.programs);
  const { hasMitigations } = world;
  if (hasMitigations !== undefined && typeof hasMitigations !== 'boolean') {
    throw faultError({ field: 'hasMitigations', given: hasMitigations, expected: 'true or false' });
  }
  const fault = world.selinux === undefined ? undefined : selinuxFault(world.selinux);
  if (fault) throw faultError(fault, 'selinux');
  checkedList('bpffs', bpffs);
  const counts = rowCounts(world);
  for (let id = 0; id < bpffs.length; id++) checkRow('bpffs', id, bpffsFault(bpffs[id], counts));
  checkedList('tasks', tasks);
  for (let id = 0; id < tasks.length; id++) checkRow('tasks', id, taskFault(tasks[id], counts));
  checkedList('tokens', tokens);
  for (let id = 0; id < tokens.length; id++) checkRow('tokens', id, tokenFault(tokens[id], counts));
}

/** The same of a world that is only there to look names up. */
export function checkWorldNames(world: WorldNames): void {
  checkIsWorld(world);
  checkProfile(world.profile, 'profile');
  for (const list of ['tasks', 'tokens'] as const) {
    const rows = checkedList(list, world[list]);
    for (let id = 0; id < rows.length; id++) checkRow(list, id, namedIdFault(rows[id]));
  }
}

function checkPrograms(programs: unknown): void {
  if (programs === undefined) return;
  const rows = checkedList('programs', programs);
  for (let id = 0; id < rows.length; id++) checkRow('programs', id, programFault(rows[id]));
}

/** Throws an InvalidSpecError for the second of two rows of one name: a request by that name could mean either. */
export function checkUniqueNames(list: string, names: readonly string[]): void {
  const ids = new Map<string, number>();
  for (const [id, name] of names.entries()) {
    const first = ids.get(name);
    if (first !== undefined) {
      const expected = `a name of its own (${list}[${first}] has this one)`;
      throw faultError({ field: 'name', given: name, expected }, `${list}[${id}]`);
    }
    ids.set(name, id);
  }
}

function checkIsWorld(world: unknown): void {
  if (!isObject(world)) throw faultError({ field: '', given: world, expected: 'a world' }, 'world');
}

function checkUserns(userns: unknown): void {
  const rows = checkedList('userns', userns);
  if (rows.length === 0) {
    throw faultError({ field: 'userns', given: rows, expected: 'a list that begins with the initial user namespace' });
  }
  const levels = new Uint8Array(rows.length);
  for (let id = 0; id < rows.length; id++) {
    checkRow('userns', id, usernsFault(rows[id], id, levels));
    const { parent } = rows[id] as World['userns'][number];
    levels[id] = id === 0 ? 0 : (levels[parent] as number) + 1;
  }
}

function checkedList(list: keyof World, rows: unknown): readonly unknown[] {
  if (!Array.isArray(rows)) throw faultError({ field: list, given: rows, expected: 'an array' });
  const limited = LIMITED[list as keyof typeof LIMITED];
  if (limited !== undefined && rows.length > MAX_IDS) throw new WorldTooLargeError(limited, rows.length, MAX_IDS);
  return rows;
}

function checkRow(list: string, id: number, fault: FieldFault | undefined): void {
  if (fault) throw faultError(fault, `${list}[${id}]`);
}
