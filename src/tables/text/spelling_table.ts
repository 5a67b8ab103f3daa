import { SLOT_SIZE, TEXT_ALIGNMENT } from '../../abi/read_layout.js';
import type { ReadRowExports } from '../../engine/wasm.js';
import type { RowMemory } from '../row_memory.js';

/** Most texts remembered, and the longest in bytes: a file of ever new texts must not fill the memory. */
const MAX_SPELLINGS = 1 << 17;
const MAX_BYTES = 256;
const FIRST_SLOTS = 256;
/** Bytes for texts that are allocated at a time. */
const BLOCK_BYTES = 1 << 14;
const SLOT_WORDS = SLOT_SIZE / 4;

/** What texts stand for, in memory where the Wasm module finds it (assembly/spellings.ts). */
export class SpellingTable {
  readonly #memory: RowMemory;
  readonly #put: ReadRowExports['putSpelling'];
  /** Where the slots lie, and one less than how many there are. Never more than half of them are taken. */
  slots: number;
  mask = FIRST_SLOTS - 1;
  #length = 0;
  /** Blocks of texts, the one that is being filled, and where in it the next text goes. */
  readonly #blocks: number[] = [];
  #block = 0;
  #used = 0;

  constructor(memory: RowMemory, { putSpelling }: Pick<ReadRowExports, 'putSpelling'>) {
    this.#memory = memory;
    this.#put = putSpelling;
    this.slots = memory.allocate(FIRST_SLOTS * SLOT_SIZE);
  }

  /**
   * Remembers what a text stands for that is not there. Answers false where it is empty or too long, or there are too many, be it in
   * all or of a like hash.
   */
  add(text: Uint8Array, value: number): boolean {
    if (text.length === 0 || text.length > MAX_BYTES || this.#length === MAX_SPELLINGS) return false;
    if (2 * this.#length > this.mask) this.#grow();
    const address = this.#place(text);
    if (this.#put(this.slots, this.mask, address, text.length, value) === 0) return false;
    this.#used += filledUp(text.length);
    this.#length += 1;
    return true;
  }

  /** Forgets all. */
  clear(): void {
    this.#memory.bytes(this.slots, (this.mask + 1) * SLOT_SIZE).fill(0);
    this.#length = 0;
    this.#block = 0;
    this.#used = 0;
  }

  /** Copies a text to where the next one goes, filled up with zeros. */
  #place(text: Uint8Array): number {
    if (this.#used + filledUp(text.length) > BLOCK_BYTES) {
      this.#block += 1;
      this.#used = 0;
    }
    this.#blocks[this.#block] ??= this.#memory.allocate(BLOCK_BYTES);
    const address = (this.#blocks[this.#block] as number) + this.#used;
    const place = this.#memory.bytes(address, filledUp(text.length)).fill(0);
    place.set(text);
    return address;
  }

  #grow(): void {
    const before = this.#words();
    this.mask = 2 * this.mask + 1;
    this.slots = this.#memory.allocate((this.mask + 1) * SLOT_SIZE);
    for (let slot = 0; slot < before.length; slot += SLOT_WORDS) {
      const [, address = 0, length = 0, value = 0] = before.subarray(slot, slot + SLOT_WORDS);
      // One that has no slot is forgotten.
      if (address > 0) this.#put(this.slots, this.mask, address, length, value | 0);
    }
  }

  #words(): Uint32Array {
    return new Uint32Array(this.#memory.memory.buffer, this.slots, (this.mask + 1) * SLOT_WORDS);
  }
}

function filledUp(bytes: number): number {
  return Math.ceil(bytes / TEXT_ALIGNMENT) * TEXT_ALIGNMENT;
}
