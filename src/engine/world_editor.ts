import { InvalidSpecError, NarrowingNotSupportedError, WorldTooLargeError } from '../errors.js';
import { checkWorld } from '../kernel/check_world.js';
import type { Masks } from '../kernel/masks.js';
import { MAX_IDS, type TaskSpec, type World } from '../kernel/world.js';
import { quote } from '../names/unknown_name.js';
import type { IdIndex } from '../request/id_index.js';
import type { RequestNames } from '../request/resolve_request.js';
import { addTaskRow, addTokenRow } from './append_rows.js';
import { type RowPlan, writeTokenRow } from './compile.js';
import type { MutableWorld, NewToken } from './mutable_world.js';
import type { WorldTables } from './regions.js';

/** Changes the world of an evaluator, which decides by the change from then on, in every thread. */
export interface WorldEditor {
  /**
   * Adds a task and returns its id. Only its row is written. Throws an InvalidSpecError for a task that no world can hold or
   * whose name another task has, and a WorldTooLargeError where all ids are in use.
   */
  addTask(task: TaskSpec): number;
  /**
   * Adds a token, even one that a kernel would not create, and returns its id. Only its row and the next one are written.
   * Throws as addTask() does. A request without a token that another thread is deciding meanwhile may be decided as if it
   * had the new token: where that matters, add tokens while no other thread decides.
   */
  addToken(token: NewToken): number;
  /**
   * EXTENSION, in no kernel: removes from a token, by name or id, every bit that the given masks do not have; other masks do
   * not change. Bits are only removed, never added. Throws a NarrowingNotSupportedError where the profile lacks the rule
   * token_narrowing, an UnknownNameError for an unknown token, and an InvalidSpecError for a value that is not a mask.
   */
  narrowToken(token: string | number, keep: Readonly<Partial<Masks>>): void;
  /** Compiles another world in place of this one, in the same memory. Throws as createEvaluator() does. */
  replaceWorld(world: World): void;
}

/** A compiled world, as far as it is edited. Every part throws a DisposedError after the evaluator's dispose(). */
export interface EditedWorld {
  readonly mutable: MutableWorld;
  readonly plan: RowPlan;
  readonly tables: WorldTables;
  /** Made at the first lookup by name, which throws where two have one name. */
  names(): RequestNames;
}

/** The editor of an evaluator, which says what its world is now and compiles another. */
export class EvaluatorEditor implements WorldEditor {
  readonly #edited: () => EditedWorld;
  readonly #compile: (world: World) => void;

  constructor(edited: () => EditedWorld, compile: (world: World) => void) {
    this.#edited = edited;
    this.#compile = compile;
  }

  addTask(spec: TaskSpec): number {
    const { mutable, plan, tables, names } = this.#edited();
    const { tasks } = names();
    const task = mutable.checkedTask(spec);
    const id = mutable.taskCount;
    requireRoom('tasks', id, tasks, task.name);
    addTaskRow(tables, plan, id, task);
    mutable.addTask(task);
    tasks.add(task.name);
    return id;
  }

  addToken(spec: NewToken): number {
    const { mutable, plan, tables, names } = this.#edited();
    const { tokens } = names();
    const token = mutable.checkedToken(spec);
    const id = mutable.tokenCount;
    requireRoom('tokens', id, tokens, token.name);
    addTokenRow(tables, plan, id, token);
    mutable.addToken(token);
    tokens.add(token.name);
    return id;
  }

  narrowToken(token: string | number, keep: Readonly<Partial<Masks>>): void {
    const { mutable, plan, tables, names } = this.#edited();
    if (!plan.profile.rules.token_narrowing) throw new NarrowingNotSupportedError(plan.profile.name);
    const id = names().tokens.existing(token);
    writeTokenRow(tables, plan, id, mutable.narrowToken(id, keep));
  }

  replaceWorld(world: World): void {
    // Throws where the evaluator was disposed of.
    void this.#edited().tables;
    checkWorld(world);
    this.#compile(world);
  }
}

/** Throws where no id is left, or where the name is in use: a lookup by name would be ambiguous. */
function requireRoom(what: 'tasks' | 'tokens', count: number, names: IdIndex, name: string): void {
  if (count >= MAX_IDS) throw new WorldTooLargeError(what, count + 1, MAX_IDS);
  if (names.has(name))
    throw new InvalidSpecError('name', `the name must be unique: one of the ${what} is called ${quote(name)} already`);
}
