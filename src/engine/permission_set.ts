import * as L from '../abi/memory_layout.js';
import { saturate } from './columns.js';

/** Words of a permission set by their place. */
const CMDS = L.OUT_CMDS / 8;
const DESCRIPTOR = L.OUT_DESCRIPTOR / 8;
const MAPS = L.OUT_MAPS / 8;
const PROGS = L.OUT_PROGS / 8;
const CGROUP_SKB = L.OUT_CGROUP_SKB / 8;
const ATTACHS = L.OUT_ATTACHS / 8;
export const PERMISSION_WORDS = L.OUT_SIZE / 8;
/** Permission sets that share an array: making one takes longer than working a permission set out. */
const TOGETHER = 64;

/**
 * All that one task may do with one token (or none), as it was when it was asked: sets of 64 bits, bit n for number n of the
 * kernel's enumeration. In a set is what check() would allow of a request with one instruction and nothing wrong with it.
 * Numbers that the profile's release does not know are in none.
 */
export class PermissionSet {
  readonly #words: BigUint64Array;
  readonly #at: number;

  /** Its words lie in an array from a place on. */
  constructor(words: BigUint64Array, at: number) {
    this.#words = words;
    this.#at = at;
  }

  /** Commands of which some request is allowed: with some type, where it goes by one. */
  get cmds(): bigint {
    return this.#words[this.#at + CMDS] as bigint;
  }

  /** Those of them that ask for no permission at all: whoever holds the descriptor may. */
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

  /** Attach types that prog_load allows of a program type (0 to 63; of others none). */
  attachTypes(progType: number): bigint {
    return progType < L.TYPE_ROWS ? (this.#words[this.#at + ATTACHS + progType] as bigint) : 0n;
  }

  /**
   * Attach types with which prog_attach and link_create allow a cgroup_skb program that was loaded with the token. Programs
   * of other types go by their descriptor, whatever the attach type.
   */
  get cgroupSkbAttachTypes(): bigint {
    return this.#words[this.#at + CGROUP_SKB] as bigint;
  }
}

/** Keeps permission sets that are handed out. */
export class PermissionSetAllocator {
  #words = new BigUint64Array(0);
  #next = 0;

  /** A permission set of its own with these words. */
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

/** The verdict bytes of everything one task can ask with one token (or none), as they were when they were asked. */
export class PermissionTable {
  readonly #table: Uint8Array;

  /** `table` has TABLE_SIZE bytes. */
  constructor(table: Uint8Array) {
    this.#table = table;
  }

  /** As checkIds() of the task and token. A command that goes by no type does not look at it. */
  verdictOf(cmd: number, type = 0, attachType = 0): number {
    return this.#table[placeOf(saturate(cmd), saturate(type), saturate(attachType))] as number;
  }
}

/** Where in a table the verdict of a request lies. */
function placeOf(cmd: number, type: number, attachType: number): number {
  if (cmd === L.CMD_PROG_LOAD) return type * L.TYPE_ROWS + attachType;
  if (cmd === L.CMD_MAP_CREATE) return L.REQ_HIGH_MAP_CREATE * L.TYPE_ROWS + type;
  if (type === L.PROG_TYPE_CGROUP_SKB) {
    if (cmd === L.CMD_PROG_ATTACH) return L.TABLE_PROG_ATTACH + attachType;
    if (cmd === L.CMD_LINK_CREATE) return L.TABLE_LINK_CREATE + attachType;
  }
  return L.REQ_HIGH_OTHERS * L.TYPE_ROWS + cmd;
}
