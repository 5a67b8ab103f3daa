import { makeColumns, setRow } from '../engine/columns.js';
import type { UnprivilegedBpfDisabled } from '../kernel/context.js';
import type { Profile } from '../kernel/profile.js';
import { Trace } from '../kernel/trace.js';
import type { Request } from '../kernel/world.js';
import { claimOf, DISAGREED, judge } from './judge.js';
import { type Difference, errnoWords, type JudgedCase, resultWords } from './judged.js';
import { otherReading } from './readings.js';
import type { UseRecord } from './record.js';
import type { FastSide, ModelSide, Sides } from './sides.js';
import { SituationWorld } from './situation.js';
import type { LateRefusal } from './stages.js';
import { questionOf } from './use_question.js';

/** Records of one kernel and sysctl: gathered into one world, then asked all at once. */
export class UseBatch {
  readonly #profile: Profile;
  readonly #sysctl: UnprivilegedBpfDisabled;
  readonly #situation = new SituationWorld();
  readonly #records: UseRecord[] = [];
  readonly #requests: Request[] = [];

  constructor(profile: Profile, sysctl: UnprivilegedBpfDisabled) {
    this.#profile = profile;
    this.#sysctl = sysctl;
  }

  add(record: UseRecord): void {
    this.#records.push(record);
    this.#requests.push(questionOf(this.#profile, record, this.#situation));
  }

  get size(): number {
    return this.#records.length;
  }

  get isFull(): boolean {
    return this.#situation.isFull;
  }

  /** Asks all of it; `fast` is given the world in place of the one it had. */
  ask(sides: Sides, fast: FastSide, onCase: (judged: JudgedCase) => void): void {
    const world = this.#situation.world(this.#profile, this.#sysctl);
    const model = sides.model(world);
    fast.replaceWorld(world);
    const batch = this.#batch(fast);
    for (const [i, record] of this.#records.entries()) {
      const judged = this.#judge(model, fast, record, this.#requests[i] as Request, batch[i] as number);
      onCase(judged.judgement.kind === 'disagreed' ? (this.#readOtherwise(model, fast, record) ?? judged) : judged);
    }
  }

  #judge(model: ModelSide, fast: FastSide, record: UseRecord, request: Request, inBatch?: number): JudgedCase {
    const byte = model.ask(request);
    const one = request.mapFlags === undefined ? fast.checkRequest(request) : null;
    const wasm = one === null ? null : { request: one, batch: inBatch ?? one };
    const claim = claimOf(byte);
    const isOne = wasm === null || (wasm.request === byte && wasm.batch === byte);
    const judgement = isOne ? judge(claim, record.result, () => this.#refusal(record)) : DISAGREED;
    const differences: Difference[] = [];
    if (judgement.kind === 'disagreed' && claim.errno !== record.result.errno) {
      differences.push({ what: 'bpf()', kernel: resultWords(record.result), model: errnoWords(claim.errno) });
    }
    const explain = () => {
      const trace = new Trace({ steps: true });
      model.ask(request, trace);
      return trace.steps ?? [];
    };
    return { record, judgement, differences, model: byte, wasm, explain };
  }

  /** The case as the format lets it be read too, where it agrees then. Its caller and token are in the world already. */
  #readOtherwise(model: ModelSide, fast: FastSide, record: UseRecord): JudgedCase | undefined {
    const other = otherReading(this.#profile, record);
    if (!other) return undefined;
    const judged = this.#judge(model, fast, other, questionOf(this.#profile, other, this.#situation));
    if (judged.judgement.kind !== 'agreed') return undefined;
    return { ...judged, record, judgement: { kind: 'agreed', isOtherReading: true } };
  }

  #batch(fast: FastSide): Uint8Array {
    const columns = makeColumns(this.#requests.length);
    const out = new Uint8Array(this.#requests.length);
    for (const [row, request] of this.#requests.entries()) setRow(columns, row, request);
    fast.checkBatch(columns, out);
    return out;
  }

  #refusal({ cmd, type, attachType, variant, result }: UseRecord): LateRefusal {
    const { vocabulary } = this.#profile;
    const name = vocabulary.nameOf('cmds', cmd);
    const ofMap = name === 'map_create';
    const ofProg = name === 'prog_load' || name === 'prog_attach' || name === 'link_create';
    return {
      cmd: name,
      type: ofMap ? vocabulary.nameOf('map_types', type) : ofProg ? vocabulary.nameOf('prog_types', type) : '',
      attachType: ofProg ? vocabulary.nameOf('attach_types', attachType) : '',
      variant,
      errno: result.errno,
    };
  }
}
