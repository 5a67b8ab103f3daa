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
  /** LSM hooks that are functions work in the model only: it is an error to pass any. */
  readonly lsm?: LsmHooks;
}

/**
 * A world compiled for the hot path. Returns verdict bytes, which decodeVerdict() decodes. After dispose() every method but
 * dispose() itself throws a DisposedError.
 */
export interface Evaluator {
  /** The present world, with what was added. */
  readonly world: World;
  /**
   * The verdict byte of a request by names, with the fields of a scenario's request. Throws an UnknownNameError, with the
   * nearest valid name, and an InvalidRequestError for a field that is missing or of the wrong type.
   */
  check(request: NamedRequest): number;
  /**
   * The verdict byte of a request by ids. Ids and numbers that do not exist have their own verdicts. Throws an
   * InvalidRequestError for a field that is not a 32-bit integer (`pre`: 0 to 7).
   */
  checkRequest(request: Request): number;
  /**
   * The verdict byte of a request with one instruction and no fault, by numbers: indices of the world's
   * tasks and tokens (NO_TOKEN for none), the command, the map or program type, and the attach type. Throws as
   * checkRequest() does.
   */
  checkIds(task: number, token: number, cmd: number, type: number, attachType: number): number;
  /**
   * The verdict bytes of a batch, written to `out` from 0 on. Throws a ColumnLengthError where columns and `out` differ
   * in length, a ColumnTypeError for a column that is missing or of other elements, and a ColumnMemoryError where `out`
   * overlaps a column or either overlaps an evaluator's tables. Callers may share an evaluator: a batch is decided before
   * the call returns.
   */
  checkBatch(columns: Columns, out: Uint8Array): void;
  /**
   * All that a task may do with a token (or without one, if omitted): commands, map types, and program types with attach
   * types, as sets. By names or ids. Throws an UnknownNameError for an unknown name, and an InvalidRequestError for a value
   * that is neither a name nor a number. The sets of an id that does not exist are empty.
   */
  permissionSet(task: string | number, token?: string | number): PermissionSet;
  /** The same as verdict bytes, which have the reasons. Throws as permissionSet() does. */
  permissionTable(task: string | number, token?: string | number): PermissionTable;
  /**
   * The kernel's checks of a request (by names or by ids), what would make it pass, and the verdicts of other kernels. Takes
   * some milliseconds, because the model decides. Throws as check() does.
   */
  explain(request: NamedRequest | Request): Explanation;
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
  /**
   * As makeColumns(), in this evaluator's memory. A batch whose columns and verdicts are all there is decided without a
   * copy, by this thread or by a pool. The columns are freed with the evaluator: create them once and reuse them. Throws an
   * InvalidArgumentError for an impossible number of rows, or one that the memory (4 GiB) cannot hold.
   */
  makeColumns(rows: number): FullColumns;
  /** Verdicts of a batch in this evaluator's memory. Throws as makeColumns() does. */
  makeVerdicts(rows: number): Uint8Array;
  /** What attachEvaluator() needs to decide in this evaluator's memory from another thread. */
  share(): SharedEvaluator;
  /** Releases the memory, which is freed once no other thread holds it. A second call does nothing. */
  dispose(): void;
  /** dispose(), for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Compiles a world to tables in a new WebAssembly memory. Throws an InvalidSpecError for a world with an invalid field, a
 * WorldTooLargeError for a world with more ids than 16 bits can name, and a HooksNotSupportedError for LSM hooks that are
 * functions. Duplicate names of tasks, tokens or bpffs are found at the first lookup by name (check(), permissionSet(),
 * addTask() and so on), which then throws an InvalidSpecError.
 */
export function createEvaluator(world: World, options: EvaluatorOptions = {}): Evaluator {
  requireObject('options', options);
  const { lsm = {} } = options;
  requireObject('options.lsm', lsm);
  const hooks = Object.keys(lsm);
  if (hooks.length > 0) throw new HooksNotSupportedError(hooks);
  // Before the memory is allocated: a process can have few.
  checkWorld(world);
  return new WasmEvaluator(world);
}

/** The parts of a compiled world. */
interface CompiledWorld {
  readonly mutable: MutableWorld;
  readonly plan: RowPlan;
  /** Created at the first lookup by name. */
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

/** Throws where no id is left, or where the name is in use: a lookup by name would be ambiguous. */
function requireRoom(what: 'tasks' | 'tokens', count: number, names: IdIndex, name: string): void {
  if (count >= MAX_IDS) throw new WorldTooLargeError(what, count + 1, MAX_IDS);
  if (names.has(name))
    throw new InvalidSpecError('name', `the name must be unique: one of the ${what} is called ${quote(name)} already`);
}
