import type { Implementations, OptimizedEngine, ReferenceModel } from '../differential/implementations.js';
import { createColumns, setRow } from '../engine/columns.js';
import type { UnprivilegedBpfDisabled } from '../kernel/context.js';
import type { Profile } from '../kernel/profile.js';
import { Trace } from '../kernel/trace.js';
import type { Request } from '../kernel/world.js';
import { alternateReading } from './alternate_readings.js';
import { compareResult, DISAGREED, expectedResultOf } from './compare_result.js';
import { type ComparedCase, type Difference, describeResult, formatErrno } from './compared_case.js';
import type { LateRefusal } from './out_of_scope_rules.js';
import type { UseRecord } from './record.js';
import { toRequest } from './to_request.js';
import { BuiltWorld } from './world_builder.js';

/** Records of one kernel and sysctl, collected in one world and compared in one batch. */
export class UseBatch {
  readonly #profile: Profile;
  readonly #sysctl: UnprivilegedBpfDisabled;
  readonly #builder = new BuiltWorld();
  readonly #records: UseRecord[] = [];
  readonly #requests: Request[] = [];

  constructor(profile: Profile, sysctl: UnprivilegedBpfDisabled) {
    this.#profile = profile;
    this.#sysctl = sysctl;
  }

  add(record: UseRecord): void {
    this.#records.push(record);
    this.#requests.push(toRequest(this.#profile, record, this.#builder));
  }

  get size(): number {
    return this.#records.length;
  }

  get isFull(): boolean {
    return this.#builder.isFull;
  }

  /** Compares all records; `fast` gets the batch's world in place of its own. */
  ask(implementations: Implementations, fast: OptimizedEngine, onCase: (compared: ComparedCase) => void): void {
    const world = this.#builder.world(this.#profile, this.#sysctl);
    const model = implementations.model(world);
    fast.replaceWorld(world);
    const batch = this.#batch(fast);
    for (const [i, record] of this.#records.entries()) {
      const compared = this.#compareResult(model, fast, record, this.#requests[i] as Request, batch[i] as number);
      onCase(
        compared.comparison.kind === 'disagreed' ? (this.#readOtherwise(model, fast, record) ?? compared) : compared,
      );
    }
  }

  #compareResult(
    model: ReferenceModel,
    fast: OptimizedEngine,
    record: UseRecord,
    request: Request,
    inBatch?: number,
  ): ComparedCase {
    const byte = model.ask(request);
    const one = request.mapFlags === undefined ? fast.decideRequest(request) : null;
    const wasm = one === null ? null : { request: one, batch: inBatch ?? one };
    const expectedResult = expectedResultOf(byte);
    const isOne = wasm === null || (wasm.request === byte && wasm.batch === byte);
    const comparison = isOne ? compareResult(expectedResult, record.result, () => this.#refusal(record)) : DISAGREED;
    const differences: Difference[] = [];
    if (comparison.kind === 'disagreed' && expectedResult.errno !== record.result.errno) {
      differences.push({
        what: 'bpf()',
        kernel: describeResult(record.result),
        model: formatErrno(expectedResult.errno),
      });
    }
    const explain = () => {
      const trace = new Trace({ steps: true });
      model.ask(request, trace);
      return trace.steps ?? [];
    };
    return { record, comparison, differences, model: byte, wasm, explain };
  }

  /** The case in another interpretation of the format, if it then agrees. Its caller and token are in the world already. */
  #readOtherwise(model: ReferenceModel, fast: OptimizedEngine, record: UseRecord): ComparedCase | undefined {
    const other = alternateReading(this.#profile, record);
    if (!other) return undefined;
    const compared = this.#compareResult(model, fast, other, toRequest(this.#profile, other, this.#builder));
    if (compared.comparison.kind !== 'agreed') return undefined;
    return { ...compared, record, comparison: { kind: 'agreed', isOtherInterpretation: true } };
  }

  #batch(fast: OptimizedEngine): Uint8Array {
    const columns = createColumns(this.#requests.length);
    const out = new Uint8Array(this.#requests.length);
    for (const [row, request] of this.#requests.entries()) setRow(columns, row, request);
    fast.decideBatch(columns, out);
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
