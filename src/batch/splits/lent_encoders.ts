import type { PartEncoder } from '../../tables/output_table.js';

/** A thread's encoders over lent memories, each made when its memory is lent first. */
export class LentEncoders {
  readonly #memories: readonly WebAssembly.Memory[];
  readonly #makeEncoder: (memory: WebAssembly.Memory) => PartEncoder;
  readonly #encoders: PartEncoder[] = [];

  constructor(memories: readonly WebAssembly.Memory[], makeEncoder: (memory: WebAssembly.Memory) => PartEncoder) {
    this.#memories = memories;
    this.#makeEncoder = makeEncoder;
  }

  /** The encoder over a memory, by the number of that. */
  of(memory: number): PartEncoder {
    this.#encoders[memory] ??= this.#makeEncoder(this.#memories[memory] as WebAssembly.Memory);
    return this.#encoders[memory];
  }
}
