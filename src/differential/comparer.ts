import { BPF_MAXINSNS } from '../abi/bpf.js';
import { NO_PROGRAM } from '../abi/memory_layout.js';
import { Fault } from '../abi/verdict.js';
import { type Columns, createColumns, createProgramColumn, type FullColumns, setRow } from '../engine/columns.js';
import type { Request, World } from '../kernel/world.js';
import { type Answer, type Answers, disagree } from './answers.js';
import { type ComparedWorld, type EngineSetup, neighbourOf } from './engine_setup.js';
import type { Implementations, OptimizedEngine } from './implementations.js';
import { canEdit, compiledWorld, editWorld } from './load_world.js';

/** Called for every request on which the implementations differ. */
export type OnDisagreement = (index: number, answers: Answers) => void;

/** A batch and its verdicts. */
interface Batch {
  readonly columns: FullColumns;
  readonly out: Uint8Array;
}

/** Compares the implementations on the same requests. One instance of the hot path gets all worlds in turn. */
export class Comparer {
  readonly #implementations: Implementations;
  /** Allocated batches by their number of rows: outside the instance's memory, and in it. */
  readonly #copied = new Map<number, Batch>();
  readonly #resident = new Map<number, Batch>();
  #engine: OptimizedEngine | undefined;
  #neighbour: OptimizedEngine | undefined;

  constructor(implementations: Implementations) {
    this.#implementations = implementations;
  }

  /** Compares the answers to all requests of a world. Counts the model's verdict bytes in `verdicts`. */
  compare(compared: ComparedWorld, verdicts: Float64Array, found: OnDisagreement): void {
    const { requests } = compared;
    const expected = new Int32Array(requests.length);
    const suspects: number[] = [];
    try {
      this.#compareFast(compared, expected, suspects);
    } catch (error) {
      this.#compareAfterThrow(compared, verdicts, found, thrown(error));
      return;
    }
    for (const byte of expected) verdicts[byte] = (verdicts[byte] ?? 0) + 1;
    for (const index of suspects) found(index, this.#answers(compared, index, expected[index] as number));
  }

  #compareFast(compared: ComparedWorld, expected: Int32Array, suspects: number[]): void {
    const { world, requests } = compared;
    const model = this.#implementations.model(world);
    const engine = this.#load(compared);
    const batch = this.#decideBatch(engine, compared);
    for (let i = 0; i < requests.length; i++) {
      const request = requests[i] as Request;
      const byte = model.ask(request);
      expected[i] = byte;
      if (
        batchAnswer(batch, requests.length, i, byte) !== byte ||
        engine.decideRequest(request) !== byte ||
        (idsByte(engine, request) ?? byte) !== byte
      ) {
        suspects.push(i);
      }
    }
  }

  /** Finds the implementation that threw, and at which request. */
  #compareAfterThrow(compared: ComparedWorld, verdicts: Float64Array, found: OnDisagreement, why: string): void {
    const { world, requests } = compared;
    let isFound = false;
    this.#compareCarefully(compared, verdicts, (index, answers) => {
      isFound = true;
      found(index, answers);
    });
    if (isFound) return;
    // A new instance does not fail: the previous one depended on earlier worlds.
    const model = attempt(() => this.#implementations.model(world).ask(requests[0] as Request));
    found(0, { model, decideRequest: why, decideBatch: why });
  }

  /** Each answer on a new instance, so that a thrown error does not affect the others. */
  #compareCarefully(compared: ComparedWorld, verdicts: Float64Array, found: OnDisagreement): void {
    const { world, requests } = compared;
    this.#forgetInstances();
    const model = attempt(() => this.#implementations.model(world));
    const engine = attempt(() => this.#load(compared));
    const whole = typeof engine === 'string' ? engine : attempt(() => this.#decideBatch(engine, compared));
    requests.forEach((request, i) => {
      const byte = typeof model === 'string' ? model : attempt(() => model.ask(request));
      if (typeof byte === 'number') verdicts[byte] = (verdicts[byte] ?? 0) + 1;
      const ids = typeof engine === 'string' ? undefined : attempt(() => idsByte(engine, request));
      const answers: Answers = {
        model: byte,
        decideRequest: typeof engine === 'string' ? engine : attempt(() => engine.decideRequest(request)),
        decideBatch: typeof whole === 'string' ? whole : batchAnswer(whole, requests.length, i, byte),
        ...(ids === undefined ? {} : { decideIds: ids }),
      };
      if (disagree(answers)) found(i, answers);
    });
    this.#forgetInstances();
  }

  /** The answers to a request of the world just compared. */
  #answers(compared: ComparedWorld, index: number, model: Answer): Answers {
    const { requests } = compared;
    const request = requests[index] as Request;
    const engine = this.#engine as OptimizedEngine;
    const ids = idsByte(engine, request);
    return {
      model,
      decideRequest: engine.decideRequest(request),
      decideBatch: batchAnswer(this.#decideBatch(engine, compared), requests.length, index, model),
      ...(ids === undefined ? {} : { decideIds: ids }),
    };
  }

  /** The instance with the world loaded as the setup says. */
  #load({ world, setup }: ComparedWorld): OptimizedEngine {
    const isEdited = (setup.addsRows || setup.narrows) && (this.#engine === undefined || canEdit(this.#engine));
    const first = isEdited ? compiledWorld(world, setup) : world;
    if (this.#engine) this.#engine.replaceWorld(first);
    else this.#engine = this.#implementations.engine(first);
    const engine = this.#engine;
    if (isEdited && !canEdit(engine)) engine.replaceWorld(world);
    else if (isEdited) editWorld(engine, world, setup);
    if (setup.hasNeighbour) this.#askNeighbour(world);
    return engine;
  }

  #askNeighbour(world: World): void {
    const other = neighbourOf(world);
    if (this.#neighbour) this.#neighbour.replaceWorld(other);
    else this.#neighbour = this.#implementations.engine(other);
    const { columns, out } = this.#copiedBatch(64);
    this.#neighbour.decideBatch(columns, out);
  }

  /** The verdicts of the requests as a batch, repeated to the setup's number of rows. */
  #decideBatch(engine: OptimizedEngine, { world, requests, setup }: ComparedWorld): Uint8Array {
    const rows = Math.max(requests.length, setup.rows);
    const { columns, out } = setup.isResident ? this.#residentBatch(engine, rows) : this.#copiedBatch(rows);
    for (let row = 0; row < rows; row++) setRow(columns, row, requests[row % requests.length] as Request);
    const program = programColumn(world, requests, rows);
    engine.decideBatch({ ...columnsOf(columns, setup), ...(program && { program }) }, out);
    return out;
  }

  #copiedBatch(rows: number): Batch {
    const batch = this.#copied.get(rows) ?? { columns: createColumns(rows), out: new Uint8Array(rows) };
    this.#copied.set(rows, batch);
    return batch;
  }

  #residentBatch(engine: OptimizedEngine, rows: number): Batch {
    if (!engine.createColumns || !engine.createVerdicts) return this.#copiedBatch(rows);
    const batch = this.#resident.get(rows) ?? { columns: engine.createColumns(rows), out: engine.createVerdicts(rows) };
    this.#resident.set(rows, batch);
    return batch;
  }

  /** Discards the instances: after a thrown error they may be unusable. */
  #forgetInstances(): void {
    this.#engine = undefined;
    this.#neighbour = undefined;
    this.#resident.clear();
  }
}

/** The columns, without those that the setup leaves out. */
function columnsOf({ insnCnt, pre, ...needed }: FullColumns, { omitsInsnCnt, omitsPre }: EngineSetup): Columns {
  return { ...needed, ...(omitsInsnCnt ? {} : { insnCnt }), ...(omitsPre ? {} : { pre }) };
}

/** The programs of requests, repeated to a number of rows; undefined where no request has one. */
function programColumn({ programs = [] }: World, requests: readonly Request[], rows: number): Uint16Array | undefined {
  if (!requests.some(({ program }) => program)) return undefined;
  const ids = new Map<unknown, number>(programs.map((program, id) => [program, id]));
  const column = createProgramColumn(rows);
  for (let row = 0; row < rows; row++) {
    const { program } = requests[row % requests.length] as Request;
    if (program) column[row] = ids.get(program) ?? NO_PROGRAM;
  }
  return column;
}

/** The answer of a batch to the request with a number; of several rows with that request, an unexpected answer if any. */
function batchAnswer(batch: Uint8Array, requests: number, index: number, expected: Answer): number {
  for (let row = index; row < batch.length; row += requests) {
    if (batch[row] !== expected) return batch[row] as number;
  }
  return batch[index] as number;
}

/** The answer of decideIds(); undefined where its parameters cannot express the request. */
function idsByte(
  engine: OptimizedEngine,
  { task, token, cmd, type, attachType, insnCnt, pre, program }: Request,
): number | undefined {
  // Every caller may load 1 to BPF_MAXINSNS instructions: the count does not change the verdict.
  if (program || pre !== Fault.NONE || insnCnt === 0 || insnCnt > BPF_MAXINSNS) return undefined;
  return engine.decideIds(task, token, cmd, type, attachType);
}

function attempt<T>(ask: () => T): T | string {
  try {
    return ask();
  } catch (error) {
    return thrown(error);
  }
}

function thrown(error: unknown): string {
  return `threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}
