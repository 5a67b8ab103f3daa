import { InvalidRequestError, UnknownNameError } from '../errors.js';
import { checkUniqueNames } from '../kernel/check_world.js';
import { isU32 } from '../kernel/ranges.js';
import { nearestOf } from '../names/nearest.js';
import { unknownName } from '../names/unknown_name.js';
import { interned } from './intern.js';

/** Names compared with an unknown one, and the longest compared: in the largest world a search would take 50 ms. */
const MAX_COMPARED = 4096;
const MAX_COMPARED_LENGTH = 256;

/** The list of a world that each kind of row is in. */
const LISTS = { task: 'tasks', token: 'tokens', bpffs: 'bpffs' } as const;

/** The ids of tasks, tokens or bpffs by name. */
export class IdIndex {
  readonly #kind: 'task' | 'token' | 'bpffs';
  readonly #ids = new Map<string | number, number>();
  #count: number;

  /** Throws an InvalidSpecError where two of them have one name. */
  constructor(kind: 'task' | 'token' | 'bpffs', specs: readonly { readonly name: string }[]) {
    this.#kind = kind;
    this.#count = specs.length;
    specs.forEach(({ name }, id) => {
      this.#ids.set(interned(name), id);
    });
    if (this.#ids.size < specs.length) {
      checkUniqueNames(
        LISTS[kind],
        specs.map(({ name }) => name),
      );
    }
  }

  has(name: string): boolean {
    return this.#ids.has(name);
  }

  /** Gives the next id a name that nothing has. */
  add(name: string): void {
    this.#ids.set(interned(name), this.#count);
    this.#count += 1;
  }

  /**
   * The id of a name. A number is taken as it is, whether there is such an id or not: the verdict says so.
   * Throws an UnknownNameError, and an InvalidRequestError for what is neither a name nor a number from 0 on.
   */
  idOf(written: string | number): number {
    const id = this.#ids.get(written);
    return id !== undefined ? id : this.#other(written);
  }

  /** The same for a number that must be an id that exists. */
  existing(written: string | number): number {
    const id = this.idOf(written);
    if (id < this.#count) return id;
    const message = `there is no ${this.#kind} of id ${id}: ${this.#count} of them have ids from 0 on`;
    throw new UnknownNameError(this.#kind, String(id), { message });
  }

  #other(written: string | number): number {
    if (typeof written === 'string') throw this.#unknown(written);
    if (isU32(written)) return written;
    const given = typeof written === 'number' ? String(written) : typeof written;
    throw new InvalidRequestError(this.#kind, `${this.#kind} is ${given}: a name or an id (from 0 on) is expected`);
  }

  #unknown(name: string): UnknownNameError {
    const names = [...this.#ids.keys()] as string[];
    const isWorthIt = name.length <= MAX_COMPARED_LENGTH;
    const nearest = isWorthIt ? nearestOf(name, names.slice(0, MAX_COMPARED)) : undefined;
    return new UnknownNameError(this.#kind, name, unknownName(this.#kind, name, names, nearest));
  }
}
