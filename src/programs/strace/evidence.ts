import { MASK_NAMES, type MaskName, type Masks } from '../../kernel/masks.js';

/** What follows from the answers of the kernel for that which the log does not show. Only ever grows. */
export class Evidence {
  /** The user namespace in which a process of the start is, with the line that tells. */
  readonly start = new Map<string, { readonly userns: 'init' | 'own'; readonly line: number }>();
  /** Capabilities that it lacks there. */
  readonly lacks = new Map<string, bigint>();
  /** Capabilities that it has for certain. */
  readonly has = new Map<string, bigint>();
  /** Bits that a bpffs delegates for certain, by its key. */
  readonly delegated = new Map<string, Masks>();
  /** Instances from which a token was made: they delegate something. */
  readonly madeTokens = new Set<string>();
  /** Instances that delegate nothing. */
  readonly empty = new Set<string>();
  /** Instances that belong to another user namespace than that of the caller. */
  readonly foreign = new Set<string>();
  /** Paths that are not the root of a bpffs. */
  readonly noBpffs = new Set<string>();
  /** Calls (by line) whose descriptor of a token is closed, or none of a token. */
  readonly closedTokens = new Set<number>();
  readonly noTokens = new Set<number>();
  /** A program was loaded without any privilege: unprivileged_bpf_disabled is 0. */
  unprivilegedLine: number | undefined;
  /** Grows with everything that is learnt. */
  version = 0;

  startsIn(root: string, userns: 'init' | 'own', line: number): boolean {
    return this.#once(this.start, root, { userns, line });
  }

  lacksCapability(root: string, cap: number): boolean {
    return this.#addBit(this.lacks, root, cap);
  }

  hasCapability(root: string, cap: number): boolean {
    return this.#addBit(this.has, root, cap);
  }

  delegates(key: string, bits: Readonly<Partial<Record<MaskName, number>>>): boolean {
    const masks = this.delegated.get(key) ?? { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n };
    let isNew = false;
    for (const mask of MASK_NAMES) {
      const bit = bits[mask];
      if (bit === undefined || bit > 63 || (masks[mask] >> BigInt(bit)) & 1n) continue;
      masks[mask] |= 1n << BigInt(bit);
      isNew = true;
    }
    this.delegated.set(key, masks);
    if (isNew) this.version += 1;
    return isNew;
  }

  /** Adds to one of the sets. */
  learn<Item>(set: Set<Item>, item: Item): boolean {
    if (set.has(item)) return false;
    set.add(item);
    this.version += 1;
    return true;
  }

  unprivileged(line: number): boolean {
    if (this.unprivilegedLine !== undefined) return false;
    this.unprivilegedLine = line;
    this.version += 1;
    return true;
  }

  #once<Value>(map: Map<string, Value>, key: string, value: Value): boolean {
    if (map.has(key)) return false;
    map.set(key, value);
    this.version += 1;
    return true;
  }

  #addBit(map: Map<string, bigint>, key: string, bit: number): boolean {
    const before = map.get(key) ?? 0n;
    const after = before | (1n << BigInt(bit));
    if (after === before) return false;
    map.set(key, after);
    this.version += 1;
    return true;
  }
}
