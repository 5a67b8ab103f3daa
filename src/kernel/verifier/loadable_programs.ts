import { Disposition } from '../../abi/verdict.js';
import { Model } from '../model.js';
import { permissionCells } from '../permission_cells.js';
import { decodeVerdict } from '../verdict.js';
import { NO_TOKEN, requestOf, type World } from '../world.js';
import { type ProgramPermissions, programPermissions } from './program_permissions.js';

/** Programs of one type that a task loads, and what they may do then. */
export interface LoadablePrograms {
  readonly progType: number;
  /** The attach types with which they may do the same. */
  readonly attachTypes: readonly number[];
  /** Whether they keep the token: what it delegates permits the load. */
  readonly keepsToken: boolean;
  readonly permissions: ProgramPermissions;
}

/** What is said of the programs. */
export interface ProgramFacts {
  readonly isGpl: boolean;
  readonly isSleepable: boolean;
}

/**
 * The programs that a task loads with a token (an id, or NO_TOKEN), by type, attach types with the same answers together. Of a type whose
 * helpers depend on what it attaches to, those of one target.
 */
export function loadablePrograms(world: World, task: number, token: number, facts: ProgramFacts): LoadablePrograms[] {
  const model = new Model(world);
  const { vocabulary } = world.profile;
  const cred = model.tasks[task]?.cred;
  const load = vocabulary.require('cmds', 'prog_load');
  const found = new Map<string, LoadablePrograms>();
  for (const { cmd, type, attachType } of permissionCells(vocabulary)) {
    if (cmd !== load || !cred) continue;
    const { allowed, disposition } = decodeVerdict(model.ask(requestOf({ task, token, cmd, type, attachType })));
    if (!allowed) continue;
    const keepsToken = token !== NO_TOKEN && disposition === Disposition.USED;
    const own = keepsToken ? (model.tokens[token] ?? null) : null;
    const program = { progType: type, attachType, token: own, ...facts };
    const permissions = programPermissions(model.kernel, cred, program);
    if (!permissions) continue;
    const key = `${type} ${keepsToken} ${answersOf(permissions)}`;
    const known = found.get(key);
    const attachTypes = [...(known?.attachTypes ?? []), attachType];
    found.set(key, { progType: type, keepsToken, permissions: known?.permissions ?? permissions, attachTypes });
  }
  return [...found.values()];
}

/** What is answered, as text. */
function answersOf({ helpers, liberties, target }: ProgramPermissions): string {
  const refused = helpers.map(({ refusal }) => refusal ?? '').join();
  return `${target} ${refused} ${liberties.map(({ granted }) => granted).join()}`;
}
