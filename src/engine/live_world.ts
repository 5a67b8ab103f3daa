import { InvalidSpecError } from '../errors.js';
import { NO_DENIALS } from '../kernel/lsm.js';
import { MASK_NAMES, type MaskName, type Masks } from '../kernel/masks.js';
import type { TaskSpec, TokenSpec, World } from '../kernel/world.js';
import { isU32 } from './id_names.js';

const MAX_U64 = 0xffff_ffff_ffff_ffffn;
/** 2^32-1 means no uid to the kernel. */
const MAX_UID = 0xffff_fffe;

/** A token to add. Without denials, no LSM denies anything of it. */
export type NewToken = Omit<TokenSpec, 'denials'> & Partial<Pick<TokenSpec, 'denials'>>;

/** A world that tasks and tokens are added to. The world it was made from stays as it is, and so does any it showed. */
export class LiveWorld {
  #shown: World;
  #isCurrent = true;
  readonly #tasks: TaskSpec[];
  readonly #tokens: TokenSpec[];

  constructor(world: World) {
    this.#shown = world;
    this.#tasks = [...world.tasks];
    this.#tokens = [...world.tokens];
  }

  /** The world as it is now. A copy is made when it is asked for after a change, so that changes cost no copies. */
  get world(): World {
    if (!this.#isCurrent) {
      this.#shown = { ...this.#shown, tasks: [...this.#tasks], tokens: [...this.#tokens] };
      this.#isCurrent = true;
    }
    return this.#shown;
  }

  get taskCount(): number {
    return this.#tasks.length;
  }

  get tokenCount(): number {
    return this.#tokens.length;
  }

  /** The task as the world would hold it. Throws an InvalidSpecError for what no world can hold. */
  checkedTask({ name, userns, euid, effective }: TaskSpec): TaskSpec {
    this.#demandUserns(userns);
    demandName(name);
    if (!isU32(euid) || euid > MAX_UID) throw invalid('euid', euid, `a uid from 0 to ${MAX_UID}`);
    demandBits('effective', effective);
    return { name, userns, euid, effective };
  }

  /** The token as the world would hold it. Throws an InvalidSpecError for what no world can hold. */
  checkedToken({ name, userns, allowed, denials = NO_DENIALS, bpffs }: NewToken): TokenSpec {
    this.#demandUserns(userns);
    demandName(name);
    for (const mask of MASK_NAMES) demandBits(`allowed.${mask}`, allowed?.[mask]);
    demandBits('denials.cmds', denials.cmds);
    demandBits('denials.caps', denials.caps);
    if (bpffs !== undefined && !(isU32(bpffs) && bpffs < this.#shown.bpffs.length)) {
      throw invalid('bpffs', bpffs, `an id below ${this.#shown.bpffs.length}`);
    }
    const { cmds, maps, progs, attachs } = allowed;
    const token = { name, userns, allowed: { cmds, maps, progs, attachs }, denials: { ...denials } };
    return bpffs === undefined ? token : { ...token, bpffs };
  }

  addTask(task: TaskSpec): void {
    this.#tasks.push(task);
    this.#isCurrent = false;
  }

  addToken(token: TokenSpec): void {
    this.#tokens.push(token);
    this.#isCurrent = false;
  }

  /** Takes the bits away that `keep` does not have. Throws an InvalidSpecError for what is no mask. */
  narrowToken(id: number, keep: Readonly<Partial<Masks>>): TokenSpec {
    const token = this.#tokens[id] as TokenSpec;
    const allowed = { ...token.allowed };
    for (const [name, bits] of Object.entries(keep)) {
      const mask = name as MaskName;
      if (!MASK_NAMES.includes(mask)) throw new InvalidSpecError(name, `no mask ${name}: ${MASK_NAMES.join(', ')}`);
      if (bits === undefined) continue;
      demandBits(name, bits);
      allowed[mask] &= bits;
    }
    const narrowed = { ...token, allowed };
    this.#tokens[id] = narrowed;
    this.#isCurrent = false;
    return narrowed;
  }

  #demandUserns(userns: number): void {
    const { length } = this.#shown.userns;
    if (!isU32(userns) || userns >= length) {
      throw invalid('userns', userns, `the id of a user namespace of the world (0 to ${length - 1})`);
    }
  }
}

function demandName(name: string): void {
  if (typeof name !== 'string' || name === '') throw invalid('name', name, 'a name');
}

function demandBits(field: string, bits: unknown): void {
  if (typeof bits !== 'bigint' || bits < 0n || bits > MAX_U64) throw invalid(field, bits, 'a bigint of 64 bits');
}

function invalid(field: string, given: unknown, expected: string): InvalidSpecError {
  const shown = typeof given === 'number' || typeof given === 'bigint' ? String(given) : typeof given;
  return new InvalidSpecError(field, `${field} is ${shown}: ${expected} is expected`);
}
