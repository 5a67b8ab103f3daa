import { BPF_MAXINSNS } from '../abi/bpf.js';
import { Pre } from '../abi/verdict.js';
import { type FullColumns, makeColumns, setRow } from '../engine/columns.js';
import type { Request, World } from '../kernel/world.js';
import { type Answer, type Answers, disagree } from './answers.js';
import { CASES_PER_WORLD } from './identity.js';
import type { FastSide, Sides } from './sides.js';

/** Told of every request that the sides answer differently. */
export type OnDisagreement = (index: number, answers: Answers) => void;

/** Rows of a batch all of one task and token: so many that the hot path takes its way for long runs, and some more. */
const LONG_RUN = 3200;

interface Rows {
  readonly columns: FullColumns;
  readonly batch: Uint8Array;
}

const makeRows = (count: number): Rows => ({ columns: makeColumns(count), batch: new Uint8Array(count) });

/** Asks both sides the same requests. Keeps one instance of the hot path and gives it world after world. */
export class Comparer {
  readonly #sides: Sides;
  readonly #rows = makeRows(CASES_PER_WORLD);
  readonly #longRun = makeRows(LONG_RUN);
  #fast: FastSide | undefined;

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  /** Compares the answers to all requests of a world. Counts the model's verdict bytes in `verdicts`. */
  compare(world: World, requests: readonly Request[], verdicts: Float64Array, found: OnDisagreement): void {
    const expected = new Int32Array(requests.length);
    const suspects: number[] = [];
    try {
      this.#compareFast(world, requests, expected, suspects);
    } catch (error) {
      this.#compareAfterThrow(world, requests, verdicts, found, thrown(error));
      return;
    }
    for (const byte of expected) verdicts[byte] = (verdicts[byte] ?? 0) + 1;
    for (const index of suspects) found(index, this.#answers(requests, index, expected[index] as number));
  }

  #compareFast(world: World, requests: readonly Request[], expected: Int32Array, suspects: number[]): void {
    const model = this.#sides.model(world);
    const fast = this.#place(world);
    const { columns, batch } = this.#batchOf(requests);
    fast.checkBatch(columns, batch);
    for (let i = 0; i < requests.length; i++) {
      const request = requests[i] as Request;
      const byte = model.ask(request);
      expected[i] = byte;
      if (
        batchAnswer(batch, requests.length, i, byte) !== byte ||
        fast.checkRequest(request) !== byte ||
        (idsByte(fast, request) ?? byte) !== byte
      ) {
        suspects.push(i);
      }
    }
  }

  /** Finds out what threw, and at which request. */
  #compareAfterThrow(
    world: World,
    requests: readonly Request[],
    verdicts: Float64Array,
    found: OnDisagreement,
    why: string,
  ): void {
    let isFound = false;
    this.#compareCarefully(world, requests, verdicts, (index, answers) => {
      isFound = true;
      found(index, answers);
    });
    if (isFound) return;
    // A new instance has no fault: the one before could not go on from the worlds it had held.
    const model = attempt(() => this.#sides.model(world).ask(requests[0] as Request));
    found(0, { model, checkRequest: why, checkBatch: why });
  }

  /** Each answer by itself, on a new instance, so that one that throws spoils no other. */
  #compareCarefully(world: World, requests: readonly Request[], verdicts: Float64Array, found: OnDisagreement): void {
    this.#fast = undefined;
    const model = attempt(() => this.#sides.model(world));
    const fast = attempt(() => this.#sides.fast(world));
    const { columns, batch } = this.#batchOf(requests);
    const whole = typeof fast === 'string' ? fast : attempt(() => fast.checkBatch(columns, batch));
    requests.forEach((request, i) => {
      const byte = typeof model === 'string' ? model : attempt(() => model.ask(request));
      if (typeof byte === 'number') verdicts[byte] = (verdicts[byte] ?? 0) + 1;
      const ids = typeof fast === 'string' ? undefined : attempt(() => idsByte(fast, request));
      const answers: Answers = {
        model: byte,
        checkRequest: typeof fast === 'string' ? fast : attempt(() => fast.checkRequest(request)),
        checkBatch: typeof whole === 'string' ? whole : batchAnswer(batch, requests.length, i, byte),
        ...(ids === undefined ? {} : { checkIds: ids }),
      };
      if (disagree(answers)) found(i, answers);
    });
  }

  /** The answers to a request of the world just compared. */
  #answers(requests: readonly Request[], index: number, model: Answer): Answers {
    const request = requests[index] as Request;
    const fast = this.#fast as FastSide;
    const ids = idsByte(fast, request);
    return {
      model,
      checkRequest: fast.checkRequest(request),
      checkBatch: this.#batchAnswer(requests, index, model),
      ...(ids === undefined ? {} : { checkIds: ids }),
    };
  }

  #batchAnswer(requests: readonly Request[], index: number, expected: Answer): number {
    const { columns, batch } = this.#batchOf(requests);
    (this.#fast as FastSide).checkBatch(columns, batch);
    return batchAnswer(batch, requests.length, index, expected);
  }

  #place(world: World): FastSide {
    if (this.#fast) this.#fast.replaceWorld(world);
    else this.#fast = this.#sides.fast(world);
    return this.#fast;
  }

  /** The requests as a batch; a whole world's, all of one task and token, again and again until it is a long run. */
  #batchOf(requests: readonly Request[]): Rows {
    const rows = this.#room(requests);
    const count = rows.batch.length;
    for (let row = 0; row < count; row++) setRow(rows.columns, row, requests[row % requests.length] as Request);
    return rows;
  }

  #room(requests: readonly Request[]): Rows {
    if (requests.length !== CASES_PER_WORLD) return makeRows(requests.length);
    return isRun(requests) ? this.#longRun : this.#rows;
  }
}

function isRun(requests: readonly Request[]): boolean {
  const [first] = requests;
  return requests.every(({ task, token }) => task === first?.task && token === first.token);
}

/** What a batch answers to the request of a number: where it stands more than once, an answer that is not as expected. */
function batchAnswer(batch: Uint8Array, requests: number, index: number, expected: Answer): number {
  for (let row = index; row < batch.length; row += requests) {
    if (batch[row] !== expected) return batch[row] as number;
  }
  return batch[index] as number;
}

/** What checkIds() says; undefined where it has no room for what the request says. */
function idsByte(fast: FastSide, { task, token, cmd, type, attachType, insnCnt, pre }: Request): number | undefined {
  // Every loader may load from 1 to BPF_MAXINSNS instructions: the count changes nothing.
  if (pre !== Pre.NONE || insnCnt === 0 || insnCnt > BPF_MAXINSNS) return undefined;
  return fast.checkIds(task, token, cmd, type, attachType);
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
