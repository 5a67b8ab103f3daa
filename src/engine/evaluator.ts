/// <reference lib="esnext.disposable" preserve="true" />
import { CMD_PROG_LOAD } from '../abi/memory_layout.js';
import { OUTCOME_MASK, Outcome } from '../abi/verdict.js';
import { DisposedError, HooksNotSupportedError } from '../errors.js';
import { invalidArgument, requireObject, requireWhole } from '../kernel/arguments.js';
import { capName } from '../kernel/capability.js';
import { checkWorld } from '../kernel/check_world.js';
import { type Decision, decisionOf, type WithheldDecision } from '../kernel/decision.js';
import type { LsmHooks } from '../kernel/lsm.js';
import { isObject } from '../kernel/ranges.js';
import type { Request, World } from '../kernel/world.js';
import { isByIds, type NamedRequest, RequestNames } from '../request/resolve_request.js';
import { type Columns, createColumns, type FullColumns } from './columns.js';
import { type RowPlan, writeWorld } from './compile.js';
import { Decider } from './decider.js';
import { MEMORY } from './evaluator_memory.js';
import { MutableWorld } from './mutable_world.js';
import type { PermissionSet, PermissionTable } from './permission_set.js';
import { WorldTables } from './regions.js';
import { createResidentColumns, createResidentVerdicts } from './resident_columns.js';
import { ProgramTables, type WithheldByTable } from './tables/programs.js';
import { createMemory, isSharedMemory } from './wasm.js';
import { hasSharedMemory } from './wasm_features.js';
import { claimWorkspace } from './workspaces.js';
import { type EditedWorld, EvaluatorEditor, type WorldEditor } from './world_editor.js';

/** How to compile a world. */
export interface EvaluatorOptions {
  /** LSM hooks that are functions work in the model only: it is an error to pass any. */
  readonly lsm?: LsmHooks;
  /**
   * `shared`: other threads can decide in the same memory (shareEvaluator(), pools, batches over workers). `private`: one
   * thread decides, as in a page without the headers that isolate it. By default shared where that is possible.
   */
  readonly memory?: 'shared' | 'private';
}

/**
 * A world compiled for the hot path. Verdict bytes are decoded by decisionOf() and decodeVerdict(). After dispose() every method but
 * dispose() itself throws a DisposedError.
 */
export interface Evaluator {
  /** The present world, with what was added. */
  readonly world: World;
  /**
   * The decision about a request, by names (with the fields of a scenario's request) or by ids: `allowed`, `errno`, `reason`,
   * `token`. Throws an UnknownNameError, with the nearest valid name, and an InvalidRequestError for a field that is missing or
   * of the wrong type. Ids and numbers that do not exist have their own reasons.
   */
  decide(request: NamedRequest | Request): Decision;
  /** The same as a verdict byte, of a request by names. Throws as decide() does. Of a liberty that is not granted, decide() has the errno. */
  decideCode(request: NamedRequest): number;
  /**
   * The verdict byte of a request by ids. Ids and numbers that do not exist have their own verdicts. Throws an
   * InvalidRequestError for a field that is not a 32-bit integer (`pre`: 0 to 7).
   */
  decideRequest(request: Request): number;
  /**
   * The verdict byte of a request with one instruction and no fault, by numbers: indices of the world's
   * tasks and tokens (NO_TOKEN for none), the command, the map or program type, and the attach type. Throws as
   * decideRequest() does.
   */
  decideIds(task: number, token: number, cmd: number, type: number, attachType: number): number;
  /**
   * The verdict bytes of a batch, written to `out` from 0 on. Throws a ColumnLengthError where columns and `out` differ
   * in length, a ColumnTypeError for a column that is missing or of other elements, and a ColumnMemoryError where `out`
   * overlaps a column or either overlaps an evaluator's tables. Callers may share an evaluator: a batch is decided before
   * the call returns. Of a batch with a column of programs, `withheld` gets what is missing of each row's program (0: nothing), for
   * withheldOf().
   */
  decideBatch(columns: Columns, out: Uint8Array, withheld?: Uint8Array): void;
  /**
   * What the verifier withholds from a program of the world, where a batch says that something is missing; undefined for 0. Throws an
   * InvalidArgumentError for a program that the world does not have.
   */
  withheldOf(program: number, missing: number): WithheldByTable | undefined;
  /**
   * All that a task may do with a token (or without one, if omitted): commands, map types, and program types with attach
   * types, as sets. By names or ids. Throws an UnknownNameError for an unknown name, and an InvalidRequestError for a value
   * that is neither a name nor a number. The sets of an id that does not exist are empty.
   */
  permissionSet(task: string | number, token?: string | number): PermissionSet;
  /** The same as verdict bytes, which have the reasons. Throws as permissionSet() does. */
  permissionTable(task: string | number, token?: string | number): PermissionTable;
  /** Changes the world. */
  readonly editor: WorldEditor;
  /**
   * As createColumns(), in this evaluator's memory. A batch whose columns and verdicts are all there is decided without a
   * copy, by this thread or by a pool; in private memory, it is copied. The columns are freed with the evaluator: create them
   * once and reuse them. Throws an
   * InvalidArgumentError for an impossible number of rows, or one that the memory (4 GiB) cannot hold.
   */
  createColumns(rows: number): FullColumns;
  /** Verdicts of a batch in this evaluator's memory. Throws as createColumns() does. */
  createVerdicts(rows: number): Uint8Array;
  /** Releases the memory, which is freed once no other thread holds it. A second call does nothing. */
  dispose(): void;
  /** dispose(), for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Compiles a world to tables in a new WebAssembly memory. Throws an InvalidSpecError for a world with an invalid field, a
 * WorldTooLargeError for a world with more ids than 16 bits can name, and a HooksNotSupportedError for LSM hooks that are
 * functions. Duplicate names of tasks, tokens or bpffs are found at the first lookup by name (decide(), permissionSet(),
 * editor.addTask() and so on), which then throws an InvalidSpecError.
 */
export function createEvaluator(world: World, options: EvaluatorOptions = {}): Evaluator {
  requireObject('options', options);
  const { lsm = {} } = options;
  requireObject('options.lsm', lsm);
  const hooks = Object.keys(lsm);
  if (hooks.length > 0) throw new HooksNotSupportedError(hooks);
  const { memory = hasSharedMemory() ? 'shared' : 'private' } = options;
  if (memory !== 'shared' && memory !== 'private') {
    throw invalidArgument('options.memory', memory, "'shared' or 'private'");
  }
  // Before the memory is allocated: a process can have few.
  checkWorld(world);
  return new WasmEvaluator(world, memory === 'shared');
}

/** The parts of a compiled world. */
interface CompiledWorld {
  readonly mutable: MutableWorld;
  readonly plan: RowPlan;
  readonly programs: ProgramTables;
  /** Created at the first lookup by name. */
  names?: RequestNames;
}

/** The verdict on a load with a program. */
interface ProgramVerdict {
  readonly byte: number;
  readonly withheld?: WithheldByTable;
}

class WasmEvaluator implements Evaluator {
  decideIds: Evaluator['decideIds'];
  readonly editor: WorldEditor;
  #memory: WebAssembly.Memory | undefined;
  #tables: WorldTables | undefined;
  #decider: Decider | undefined;
  #compiled: CompiledWorld | undefined;

  /** Of a world that checkWorld() passed. */
  constructor(world: World, isShared: boolean) {
    this.#memory = createMemory(isShared);
    this.#tables = new WorldTables(this.#memory.buffer);
    this.#decider = new Decider(this.#memory, claimWorkspace(this.#memory));
    this.decideIds = this.#decider.decideIds;
    this.editor = new EvaluatorEditor(
      () => this.#edited(),
      (next) => this.#compile(next),
    );
    this.#compile(world);
  }

  get world(): World {
    return requireOpen(this.#compiled).mutable.world;
  }

  decide(request: NamedRequest | Request): Decision {
    if (isByIds(request)) return this.#decisionOn(request);
    if (hasProgram(request)) return this.#decisionOn(this.#names().resolve(request));
    return decisionOf(this.decideCode(request));
  }

  decideCode(request: NamedRequest): number {
    if (hasProgram(request)) return this.decideRequest(this.#names().resolve(request));
    return this.#names().decide(requireOpen(this.#decider), request);
  }

  decideRequest(request: Request): number {
    const byte = requireOpen(this.#decider).decideRequest(request);
    return request.program === undefined ? byte : this.#withhold(request, byte).byte;
  }

  decideBatch(columns: Columns, out: Uint8Array, withheld?: Uint8Array): void {
    requireOpen(this.#decider).decideBatch(columns, out, withheld);
  }

  withheldOf(program: number, missing: number): WithheldByTable | undefined {
    const { programs = [] } = this.world;
    const spec = programs[program];
    if (!spec) throw invalidArgument('program', program, `the index of a program (the world has ${programs.length})`);
    return requireOpen(this.#compiled).programs.tableOf(spec, spec.progType, spec.attachType).withheldBy(missing);
  }

  permissionSet(task: string | number, token?: string | number): PermissionSet {
    const names = this.#names();
    return requireOpen(this.#decider).permissionSet(names.tasks.idOf(task), names.tokenOf(token));
  }

  permissionTable(task: string | number, token?: string | number): PermissionTable {
    const names = this.#names();
    return requireOpen(this.#decider).permissionTable(names.tasks.idOf(task), names.tokenOf(token));
  }

  createColumns(rows: number): FullColumns {
    const memory = requireOpen(this.#memory);
    // Private memory that grows takes its tables from under what reads them: there, a batch is copied.
    return isSharedMemory(memory) ? createResidentColumns(memory, rows) : createColumns(rows);
  }

  createVerdicts(rows: number): Uint8Array {
    const memory = requireOpen(this.#memory);
    if (isSharedMemory(memory)) return createResidentVerdicts(memory, rows);
    requireWhole('rows', rows, 0);
    return new Uint8Array(rows);
  }

  [MEMORY](): WebAssembly.Memory {
    return requireOpen(this.#memory);
  }

  dispose(): void {
    this.#memory = undefined;
    this.#tables = undefined;
    this.#decider = undefined;
    this.#compiled = undefined;
    this.decideIds = disposed;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #compile(world: World): void {
    const plan = writeWorld(requireOpen(this.#tables), world);
    this.#compiled = { mutable: new MutableWorld(world), plan, programs: new ProgramTables(world) };
  }

  #decisionOn(request: Request): Decision {
    const byte = requireOpen(this.#decider).decideRequest(request);
    if (request.program === undefined) return decisionOf(byte);
    const { byte: verdict, withheld } = this.#withhold(request, byte);
    return withheld
      ? { ...decisionOf(verdict), errno: withheld.errno, withheld: toldOf(withheld) }
      : decisionOf(verdict);
  }

  /** What the verifier makes of a load that has a verdict. */
  #withhold({ task, token, cmd, type, attachType, program }: Request, byte: number): ProgramVerdict {
    const { programs } = requireOpen(this.#compiled);
    if (program !== undefined) programs.require(program);
    if (!program || cmd !== CMD_PROG_LOAD || (byte & OUTCOME_MASK) !== Outcome.ALLOWED) return { byte };
    const table = programs.tableOf(program, type, attachType);
    const withheld = table.withheldBy(requireOpen(this.#decider).missingForProgram(task, token, byte));
    if (!withheld) return { byte };
    const outcome = withheld.kind === 'helper' ? Outcome.HELPER_NOT_OFFERED : Outcome.LIBERTY_NOT_GRANTED;
    return { byte: (byte & ~OUTCOME_MASK) | outcome, withheld };
  }

  #edited(): EditedWorld {
    const { mutable, plan } = requireOpen(this.#compiled);
    return { mutable, plan, tables: requireOpen(this.#tables), names: () => this.#names() };
  }

  #names(): RequestNames {
    const compiled = requireOpen(this.#compiled);
    compiled.names ??= new RequestNames(compiled.mutable.world);
    return compiled.names;
  }
}

/** Requests come from callers that no compiler checked. */
function hasProgram(request: NamedRequest): boolean {
  if (!isObject(request)) return false;
  const { program, helpers, liberties } = request;
  return program !== undefined || helpers !== undefined || liberties !== undefined;
}

function toldOf({ kind, name, refusal, cap }: WithheldByTable): WithheldDecision {
  return { kind, name, refusal, capability: cap === undefined ? null : capName(cap) };
}

function disposed(): never {
  throw new DisposedError();
}

function requireOpen<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new DisposedError();
  return part;
}
