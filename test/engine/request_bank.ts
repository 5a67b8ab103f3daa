import { Fault } from '../../src/abi/verdict.js';
import { type Columns, createColumns, type FullColumns } from '../../src/engine/columns.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import type { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { Model } from '../../src/kernel/model.js';
import type { Profile } from '../../src/kernel/profile.js';
import { NO_TOKEN, type Request, type World } from '../../src/kernel/world.js';

/** Pairs of task and token in a bank, and the requests of each. */
export const PAIRS = 24;
export const REQUESTS_OF_PAIR = 16;

/** Numbers that no release knows, at the ends of the tables and of what a column holds. */
const UNKNOWN_NUMBERS = [63, 64, 255] as const;

/** Which of the columns that need not be there are. */
export interface Optional {
  readonly insnCnt: boolean;
  readonly pre: boolean;
}
export const OPTIONALS: readonly Optional[] = [
  { insnCnt: true, pre: true },
  { insnCnt: true, pre: false },
  { insnCnt: false, pre: true },
  { insnCnt: false, pre: false },
];

/**
 * Distinct requests of a world, asked of the model once: batches of any length are made of them. Request r is of pair
 * r / REQUESTS_OF_PAIR; a pair is one task with one token.
 */
export class RequestBank {
  readonly world: World;
  readonly requests: readonly Request[];
  /** A row for each request. */
  readonly #rows: FullColumns;
  readonly #model: Model;
  readonly #answers = new Map<Optional, Uint8Array>();

  constructor(world: World, random: RandomSource) {
    this.world = world;
    this.#model = new Model(world);
    this.requests = pairsOf(world, random).flatMap(([task, token]) =>
      Array.from({ length: REQUESTS_OF_PAIR }, (_, i) => {
        const request = { ...randomRequest(world, random), task, token };
        return i === 0 ? { ...request, ...unknownNumber(random) } : request;
      }),
    );
    this.#rows = createColumns(this.requests.length);
    this.requests.forEach((request, row) => {
      put(this.#rows, row, request);
    });
  }

  /** The request as a batch says it that leaves out some columns. */
  requestOf(index: number, { insnCnt, pre }: Optional): Request {
    const request = this.requests[index] as Request;
    return { ...request, insnCnt: insnCnt ? request.insnCnt : 1, pre: pre ? request.pre : Fault.NONE };
  }

  /** The model's verdict bytes, by request. */
  answers(optional: Optional): Uint8Array {
    let bytes = this.#answers.get(optional);
    if (!bytes) {
      bytes = Uint8Array.from(this.requests, (_, i) => this.#model.ask(this.requestOf(i, optional)));
      this.#answers.set(optional, bytes);
    }
    return bytes;
  }

  /** The batch of these requests, and the model's answer to it. */
  batch(picks: Uint16Array, optional: Optional): { columns: Columns; expected: Uint8Array } {
    const { task, token, cmd, type, attachType, insnCnt, pre } = this.#rows;
    const columns: Columns = {
      task: gather(task, picks),
      token: gather(token, picks),
      cmd: gather(cmd, picks),
      type: gather(type, picks),
      attachType: gather(attachType, picks),
      ...(optional.insnCnt ? { insnCnt: gather(insnCnt, picks) } : {}),
      ...(optional.pre ? { pre: gather(pre, picks) } : {}),
    };
    return { columns, expected: gather(this.answers(optional), picks) };
  }
}

/** The picked values, in the order of the picks. */
function gather<T extends Uint8Array | Uint16Array | Uint32Array>(values: T, picks: Uint16Array): T {
  const gathered = new (values.constructor as new (length: number) => T)(picks.length);
  for (let i = 0; i < picks.length; i++) gathered[i] = values[picks[i] as number] as number;
  return gathered;
}

/** A world of a profile, with more than one task and token. */
export function roomyWorld(profile: Profile, unprivilegedBpfDisabled: 0 | 1 | 2, random: RandomSource): World {
  for (;;) {
    const world = randomWorld(random, profile);
    if (world.tasks.length > 2 && world.tokens.length > 2) return { ...world, unprivilegedBpfDisabled };
  }
}

/** Tasks with tokens, with none, and with ids just past the end and at the end of what a column holds. */
function pairsOf({ tasks, tokens }: World, random: RandomSource): [task: number, token: number][] {
  const task = () => random.below(tasks.length);
  const token = () => random.below(tokens.length);
  const pairs: [number, number][] = [
    [tasks.length, token()],
    [0xfffe, NO_TOKEN],
    [0xffff, token()],
    [task(), tokens.length],
    [task(), 0xfffe],
    [tasks.length, tokens.length],
    [task(), NO_TOKEN],
    [task(), NO_TOKEN],
    [tasks.length - 1, tokens.length - 1],
  ];
  while (pairs.length < PAIRS) pairs.push([task(), token()]);
  return pairs;
}

function unknownNumber(random: RandomSource): Partial<Request> {
  const number = random.pick(UNKNOWN_NUMBERS);
  return random.pick([{ cmd: number }, { type: number }, { attachType: number }]);
}

/** Puts a request into a row with its numbers as they are, which setRow() would bring down to the last one known. */
function put(columns: FullColumns, row: number, request: Request): void {
  columns.task[row] = request.task;
  columns.token[row] = request.token;
  columns.cmd[row] = Math.min(request.cmd, 255);
  columns.type[row] = Math.min(request.type, 255);
  columns.attachType[row] = Math.min(request.attachType, 255);
  columns.insnCnt[row] = request.insnCnt;
  columns.pre[row] = request.pre;
}
