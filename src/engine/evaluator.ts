/// <reference lib="esnext.disposable" preserve="true" />
import {
  DisposedError,
  HooksNotSupportedError,
  InvalidSpecError,
  NarrowingNotSupportedError,
  WorldTooLargeError,
} from '../errors.js';
import { type Explanation, explain } from '../explain/explain.js';
import { requireObject } from '../kernel/arguments.js';
import { checkWorld } from '../kernel/check_world.js';
import type { LsmHooks } from '../kernel/lsm.js';
import type { Masks } from '../kernel/masks.js';
import { MAX_IDS, type Request, type TaskSpec, type World } from '../kernel/world.js';
import { quote } from '../names/unknown_name.js';
import type { IdIndex } from '../request/id_index.js';
import { type NamedRequest, RequestNames } from '../request/resolve_request.js';
import { addTaskRow, addTokenRow } from './append_rows.js';
import type { Columns, FullColumns } from './columns.js';
import { type RowPlan, writeTokenRow, writeWorld } from './compile.js';
import { Decider } from './decider.js';
import { MutableWorld, type NewToken } from './mutable_world.js';
import type { PermissionSet, PermissionTable } from './permission_set.js';
import { WorldTables } from './regions.js';
import { makeResidentColumns, makeResidentVerdicts } from './resident_columns.js';
import { type SharedEvaluator, shareMemory } from './share.js';
import { makeMemory } from './wasm.js';
import { claimWorkspace } from './workspaces.js';

/** How to compile a world. */
export interface EvaluatorOptions {
  /** LSM hooks that are functions are for the model alone: giving any is an error. */
  readonly lsm?: LsmHooks;
}

/**
 * A world compiled for the hot path. Answers verdict bytes, which decodeVerdict() takes apart. After dispose() everything
 * but dispose() itself throws a DisposedError.
 */
export interface Evaluator {
  /** The world as it is now, with what was added. */
  readonly world: World;
  /**
   * The verdict byte of a request by names, in the words of a scenario. Throws an UnknownNameError for a name of nothing,
   * with the nearest valid one, and an InvalidRequestError for a field that is missing or of a wrong kind.
   */
  check(request: NamedRequest): number;
  /**
   * The verdict byte of a request by ids. Ids and numbers that there are not get a verdict that says so. Throws an
   * InvalidRequestError for a field that is no whole number of 32 bits (`pre`: 0 to 7).
   */
  checkRequest(request: Request): number;
  /**
   * The verdict byte of a request with one instruction and nothing wrong with it, by numbers: indices of the world's
   * tasks and tokens (NO_TOKEN for none), the command, the map or program type, and the attach type. Throws as
   * checkRequest() does.
   */
  checkIds(task: number, token: number, cmd: number, type: number, attachType: number): number;
  /**
   * The verdict bytes of a batch, written to `out` from 0 on. Throws a ColumnLengthError where columns and `out` differ
   * in length, a ColumnTypeError for a column that is missing or of other elements, and a ColumnMemoryError where `out`
   * overlaps a column or either lies in an evaluator's tables. Any number of callers may share an evaluator: a batch is
   * decided before the call returns, so that a thread never decides two of them at once.
   */
  checkBatch(columns: Columns, out: Uint8Array): void;
  /**
   * All that a task may do with a token, or without one where none is named: every command, every map type, every program
   * type with every attach type, as sets. By names or ids. Throws an UnknownNameError for a name of nothing, and an
   * InvalidRequestError for what is neither a name nor a number; of ids that there are not, nothing is allowed.
   */
  permissionSet(task: string | number, token?: string | number): PermissionSet;
  /** The same as verdict bytes, for the reasons. Throws as permissionSet() does. */
  permissionTable(task: string | number, token?: string | number): PermissionTable;
  /**
   * Every check the kernel makes for a request, by names or by ids, what would make it pass, and what other kernels say.
   * Asks the model: some milliseconds. Throws as check() does.
   */
  explain(request: NamedRequest | Request): Explanation;
  /**
   * Adds a task and returns its id. Only its row is written. Throws an InvalidSpecError for what no world can hold or a
   * name that a task has already, and a WorldTooLargeError where ids are used up.
   */
  addTask(task: TaskSpec): number;
  /**
   * Adds a token as it is given, whether a kernel would make it or not, and returns its id. Only its row and the one
   * after it are written. Throws as addTask() does. A request without a token that another thread began to decide before
   * may be answered as if it had the new one: add tokens while nobody else decides, where that matters.
   */
  addToken(token: NewToken): number;
  /**
   * EXTENSION, in no kernel: takes from a token, by name or id, every bit that the masks do not have; masks not given
   * stay. Bits are only ever removed. Throws a NarrowingNotSupportedError where the profile does not have the rule
   * token_narrowing, an UnknownNameError where there is no such token, and an InvalidSpecError for what is no mask.
   */
  narrowToken(token: string | number, keep: Readonly<Partial<Masks>>): void;
  /** Compiles another world in place of this one, in the same memory. Throws as createEvaluator() does. */
  replaceWorld(world: World): void;
  /**
   * As makeColumns(), in this evaluator's memory: a batch all of whose columns and verdicts lie there is decided where it
   * is, by this thread or a pool's, without a copy. They live as long as the evaluator: make them once and use them again.
   * Throws an InvalidArgumentError for a number of rows that is none or that the memory has no room for (4 GiB).
   */
  makeColumns(rows: number): FullColumns;
  /** Room for verdicts in this evaluator's memory. Throws as makeColumns() does. */
  makeVerdicts(rows: number): Uint8Array;
  /** What attachEvaluator() needs to decide in this evaluator's memory from another thread. */
  share(): SharedEvaluator;
  /** Lets go of the memory, which is freed when no other thread holds it. Does nothing the second time. */
  dispose(): void;
  /** dispose(), for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Compiles a world to tables in a WebAssembly memory of its own.
 * Throws an InvalidSpecError for a world with a field that is wrong, a WorldTooLargeError for a world with more ids than 16
 * bits can name, and a HooksNotSupportedError for LSM hooks that are functions. Two tasks, tokens or bpffs of one name are
 * found when a name is first looked up (check(), permissionSet(), addTask() and so on), which throws an InvalidSpecError then.
 */
export function createEvaluator(world: World, options: EvaluatorOptions = {}): Evaluator {
  requireObject('options', options);
  const { lsm = {} } = options;
  requireObject('options.lsm', lsm);
  const hooks = Object.keys(lsm);
  if (hooks.length > 0) throw new HooksNotSupportedError(hooks);
  // Before there is a memory, of which a process can have few.
  checkWorld(world);
  return new WasmEvaluator(world);
}

/** What an evaluator holds of a world. */
interface CompiledWorld {
  readonly mutable: MutableWorld;
  readonly plan: RowPlan;
  /** Made when the first name is asked for. */
  names?: RequestNames;
}

class WasmEvaluator implements Evaluator {
  checkIds: Evaluator['checkIds'];
  #memory: WebAssembly.Memory | undefined;
  #tables: WorldTables | undefined;
  #decider: Decider | undefined;
  #compiled: CompiledWorld | undefined;

  /** Of a world that checkWorld() passed. */
  constructor(world: World) {
    this.#memory = makeMemory();
    this.#tables = new WorldTables(this.#memory.buffer);
    this.#decider = new Decider(this.#memory, claimWorkspace(this.#memory));
    this.checkIds = this.#decider.checkIds;
    this.#compile(world);
  }

  get world(): World {
    return requireOpen(this.#compiled).mutable.world;
  }

  check(request: NamedRequest): number {
    return this.#names().check(requireOpen(this.#decider), request);
  }

  checkRequest(request: Request): number {
    return requireOpen(this.#decider).checkRequest(request);
  }

  checkBatch(columns: Columns, out: Uint8Array): void {
    requireOpen(this.#decider).checkBatch(columns, out);
  }

  permissionSet(task: string | number, token?: string | number): PermissionSet {
    const names = this.#names();
    return requireOpen(this.#decider).permissionSet(names.tasks.idOf(task), names.tokenOf(token));
  }

  permissionTable(task: string | number, token?: string | number): PermissionTable {
    const names = this.#names();
    return requireOpen(this.#decider).permissionTable(names.tasks.idOf(task), names.tokenOf(token));
  }

  explain(request: NamedRequest | Request): Explanation {
    const { world } = this;
    return explain({ world, request: isByIds(request) ? request : this.#names().resolve(request) });
  }

  addTask(spec: TaskSpec): number {
    const { mutable, plan } = requireOpen(this.#compiled);
    const task = mutable.checkedTask(spec);
    const id = mutable.taskCount;
    const { tasks } = this.#names();
    requireRoom('tasks', id, tasks, task.name);
    addTaskRow(requireOpen(this.#tables), plan, id, task);
    mutable.addTask(task);
    tasks.add(task.name);
    return id;
  }

  addToken(spec: NewToken): number {
    const { mutable, plan } = requireOpen(this.#compiled);
    const token = mutable.checkedToken(spec);
    const id = mutable.tokenCount;
    const { tokens } = this.#names();
    requireRoom('tokens', id, tokens, token.name);
    addTokenRow(requireOpen(this.#tables), plan, id, token);
    mutable.addToken(token);
    tokens.add(token.name);
    return id;
  }

  narrowToken(token: string | number, keep: Readonly<Partial<Masks>>): void {
    const { mutable, plan } = requireOpen(this.#compiled);
    if (!plan.profile.rules.token_narrowing) throw new NarrowingNotSupportedError(plan.profile.name);
    const id = this.#names().tokens.existing(token);
    const narrowed = mutable.narrowToken(id, keep);
    writeTokenRow(requireOpen(this.#tables), plan, id, narrowed);
  }

  replaceWorld(world: World): void {
    requireOpen(this.#memory);
    checkWorld(world);
    this.#compile(world);
  }

  makeColumns(rows: number): FullColumns {
    return makeResidentColumns(requireOpen(this.#memory), rows);
  }

  makeVerdicts(rows: number): Uint8Array {
    return makeResidentVerdicts(requireOpen(this.#memory), rows);
  }

  share(): SharedEvaluator {
    return shareMemory(requireOpen(this.#memory));
  }

  dispose(): void {
    this.#memory = undefined;
    this.#tables = undefined;
    this.#decider = undefined;
    this.#compiled = undefined;
    this.checkIds = disposed;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #compile(world: World): void {
    const plan = writeWorld(requireOpen(this.#tables), world);
    this.#compiled = { mutable: new MutableWorld(world), plan };
  }

  #names(): RequestNames {
    const compiled = requireOpen(this.#compiled);
    compiled.names ??= new RequestNames(compiled.mutable.world);
    return compiled.names;
  }
}

function disposed(): never {
  throw new DisposedError();
}

function requireOpen<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new DisposedError();
  return part;
}

function isByIds(request: NamedRequest | Request): request is Request {
  return typeof request === 'object' && request !== null && 'attachType' in request;
}

/** Throws where there is no id left, or something has the name already: it could not be asked for by name. */
function requireRoom(what: 'tasks' | 'tokens', count: number, names: IdIndex, name: string): void {
  if (count >= MAX_IDS) throw new WorldTooLargeError(what, count + 1, MAX_IDS);
  if (names.has(name)) throw new InvalidSpecError('name', `one of the ${what} has the name ${quote(name)} already`);
}
