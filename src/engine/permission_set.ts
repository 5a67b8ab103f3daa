import * as L from '../abi/memory_layout.js';
import { saturate } from './columns.js';

/** Indices of the 64-bit words of a permission set. */
const CMDS = L.OUT_CMDS / 8;
const DESCRIPTOR = L.OUT_DESCRIPTOR / 8;
const MAPS = L.OUT_MAPS / 8;
const PROGS = L.OUT_PROGS / 8;
const CGROUP_SKB = L.OUT_CGROUP_SKB / 8;
const ATTACHS = L.OUT_ATTACHS / 8;
export const PERMISSION_WORDS = L.OUT_SIZE / 8;
/** Permission sets that share one array: creating an array takes longer than computing a permission set. */
const TOGETHER = 64;

/**
 * All that one task may do with one token (or none) at the time of the call: sets of 64 bits, bit n for number n of the
 * kernel's enumeration. A set has the numbers for which decide() allows a request with one instruction and no fault. Numbers
 * that the profile's release does not know are in no set.
 */
export class PermissionSet {
  readonly #words: BigUint64Array;
  readonly #at: number;

  /** Its words are those of `words` from an index on. */
  constructor(words: BigUint64Array, at: number) {
    this.#words = words;
    this.#at = at;
  }

  /** Commands of which some request is allowed; a command with a type is included if it is allowed with any type. */
  get cmds(): bigint {
    return this.#words[this.#at + CMDS] as bigint;
  }

  /** Those of them that need no permission: holding the descriptor is enough. */
  get descriptorCmds(): bigint {
    return this.#words[this.#at + DESCRIPTOR] as bigint;
  }

  /** Types that map_create allows. */
  get mapTypes(): bigint {
    return this.#words[this.#at + MAPS] as bigint;
  }

  /** Types that prog_load allows with some attach type. */
  get progTypes(): bigint {
    return this.#words[this.#at + PROGS] as bigint;
  }

  /** Attach types that prog_load allows with a program type (0 to 63; the set of any other number is empty). */
  attachTypes(progType: number): bigint {
    return progType < L.TYPE_ROWS ? (this.#words[this.#at + ATTACHS + progType] as bigint) : 0n;
  }

  /**
   * Attach types with which prog_attach and link_create allow a cgroup_skb program that was loaded with the token. Programs
   * of other types need only their descriptor, whatever the attach type.
   */
  get cgroupSkbAttachTypes(): bigint {
    return this.#words[this.#at + CGROUP_SKB] as bigint;
  }
}

/** Allocates permission sets for callers. */
export class PermissionSetAllocator {
  #words = new BigUint64Array(0);
  #next = 0;

  /** A new permission set with a copy of these words. */
  put(words: BigUint64Array): PermissionSet {
    if (this.#next === this.#words.length) {
      this.#words = new BigUint64Array(TOGETHER * PERMISSION_WORDS);
      this.#next = 0;
    }
    const at = this.#next;
    this.#words.set(words, at);
    this.#next += PERMISSION_WORDS;
    return new PermissionSet(this.#words, at);
  }
}

/** The verdict bytes of every request of one task with one token (or none) at the time of the call. */
export class PermissionTable {
  readonly #table: Uint8Array;

  /** `table` has TABLE_SIZE bytes. */
  constructor(table: Uint8Array) {
    this.#table = table;
  }

  /** As decideIds() of the task and token. A command without a type ignores `type` and `attachType`. */
  verdictOf(cmd: number, type = 0, attachType = 0): number {
    return this.#table[placeOf(saturate(cmd), saturate(type), saturate(attachType))] as number;
  }
}

/** The index of a request's verdict in a table. */
function placeOf(cmd: number, type: number, attachType: number): number {
  if (cmd === L.CMD_PROG_LOAD) return type * L.TYPE_ROWS + attachType;
  if (cmd === L.CMD_MAP_CREATE) return L.REQ_HIGH_MAP_CREATE * L.TYPE_ROWS + type;
  if (type === L.PROG_TYPE_CGROUP_SKB) {
    if (cmd === L.CMD_PROG_ATTACH) return L.TABLE_PROG_ATTACH + attachType;
    if (cmd === L.CMD_LINK_CREATE) return L.TABLE_LINK_CREATE + attachType;
  }
  return L.REQ_HIGH_OTHERS * L.TYPE_ROWS + cmd;
}
