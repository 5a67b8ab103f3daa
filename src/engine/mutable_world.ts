import { InvalidSpecError } from '../errors.js';
import { NO_DENIALS } from '../kernel/denials.js';
import { type FieldFault, faultError } from '../kernel/field_fault.js';
import { MASK_NAMES, type MaskName, type Masks } from '../kernel/masks.js';
import { isObject } from '../kernel/ranges.js';
import type { TaskSpec, TokenSpec, World } from '../kernel/world.js';
import { maskFault, newTokenFault, type RowCounts, rowCounts, taskFault } from '../kernel/world_rows.js';

/** A token to add. Without denials, no LSM denies anything of it. */
export type NewToken = Omit<TokenSpec, 'denials'> & Partial<Pick<TokenSpec, 'denials'>>;

/** A world to which tasks and tokens are added. Worlds that it was made from or that it returned do not change. */
export class MutableWorld {
  #shown: World;
  #isCurrent = true;
  readonly #tasks: TaskSpec[];
  readonly #tokens: TokenSpec[];

  constructor(world: World) {
    this.#shown = world;
    this.#tasks = [...world.tasks];
    this.#tokens = [...world.tokens];
  }

  /** The present world. It is copied when it is read after a change, not at each change. */
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

  /** The task as the world would hold it. Throws an InvalidSpecError for a task that no world can hold. */
  checkedTask(task: TaskSpec): TaskSpec {
    requireNone('task', taskFault(task, this.#counts));
    const { name, userns, euid, effective, domain } = task;
    return { name, userns, euid, effective, ...(domain === undefined ? {} : { domain }) };
  }

  /** The token as the world would hold it. Throws an InvalidSpecError for a token that no world can hold. */
  checkedToken(given: NewToken): TokenSpec {
    requireNone('token', newTokenFault(given, this.#counts));
    const { name, userns, allowed, denials = NO_DENIALS, bpffs, grantor } = given;
    const { cmds, maps, progs, attachs } = allowed;
    const token = { name, userns, allowed: { cmds, maps, progs, attachs }, denials: { ...denials } };
    return { ...token, ...(bpffs === undefined ? {} : { bpffs }), ...(grantor === undefined ? {} : { grantor }) };
  }

  get #counts(): RowCounts {
    return rowCounts(this.#shown);
  }

  addTask(task: TaskSpec): void {
    this.#tasks.push(task);
    this.#isCurrent = false;
  }

  addToken(token: TokenSpec): void {
    this.#tokens.push(token);
    this.#isCurrent = false;
  }

  /** Clears the bits that `keep` does not have. Throws an InvalidSpecError for a value that is not a mask. */
  narrowToken(id: number, keep: Readonly<Partial<Masks>>): TokenSpec {
    if (!isObject(keep)) throw faultError({ field: 'keep', given: keep, expected: 'an object of masks' });
    const token = this.#tokens[id] as TokenSpec;
    const allowed = { ...token.allowed };
    for (const [name, bits] of Object.entries(keep)) {
      const mask = name as MaskName;
      if (!MASK_NAMES.includes(mask))
        throw new InvalidSpecError(name, `unknown mask ${name}: must be one of ${MASK_NAMES.join(', ')}`);
      if (bits === undefined) continue;
      requireNone('keep', maskFault(name, bits));
      allowed[mask] &= bits;
    }
    const narrowed = { ...token, allowed };
    this.#tokens[id] = narrowed;
    this.#isCurrent = false;
    return narrowed;
  }
}

/** `row` names the row in the error where the row itself is wrong. */
function requireNone(row: string, fault: FieldFault | undefined): void {
  if (fault) throw faultError(fault, fault.field === '' ? row : '');
}
