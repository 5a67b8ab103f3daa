import type { UnprivilegedBpfDisabled } from '../kernel/context.js';
import { NO_DENIALS, type TokenDenials } from '../kernel/denials.js';
import type { Masks } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import { MAX_IDS, type TaskSpec, type TokenSpec, type UsernsSpec, type World } from '../kernel/world.js';
import type { Caller, RecordedToken, Tree } from './record.js';

/** Most tasks or tokens a world is filled with; a record adds one of each at most. */
const MAX_ROWS = MAX_IDS - 1;

/**
 * One world that holds the situations of many records: namespaces, callers and tokens that are alike are in it once.
 * Building a world costs more than asking it thousands of times.
 */
export class BuiltWorld {
  readonly #userns: UsernsSpec[] = [{ name: 'init', parent: 0, owner: 0 }];
  readonly #tasks: TaskSpec[] = [];
  readonly #tokens: TokenSpec[] = [];
  /** Ids by what tells one from another. */
  readonly #ids = new Map<string, number>();

  /** The id of a namespace of a tree. Those of other trees that have the same name, owner and ancestors are the same to any rule. */
  userns(tree: Tree, name: string): number {
    if (name === 'init') return 0;
    const ns = tree.find((one) => one.name === name);
    if (!ns) throw new RangeError(`the tree has no namespace ${name}`);
    const parent = this.userns(tree, ns.parent ?? 'init');
    const spec = { name, parent, owner: ns.owner };
    return this.#intern(`n${parent}/${name}/${ns.owner}`, this.#userns, spec);
  }

  task(tree: Tree, { ns, euid, effective }: Caller): number {
    const userns = this.userns(tree, ns);
    const spec = { name: 'caller', userns, euid, effective };
    return this.#intern(`c${userns}/${euid}/${effective}`, this.#tasks, spec);
  }

  token(tree: Tree, { ns, allowed }: RecordedToken, denials: TokenDenials = NO_DENIALS): number {
    const userns = this.userns(tree, ns);
    const spec = { name: 'token', userns, allowed, denials };
    const key = `t${userns}/${maskKey(allowed)}/${denials.cmds}/${denials.caps}`;
    return this.#intern(key, this.#tokens, spec);
  }

  get isFull(): boolean {
    return this.#tasks.length >= MAX_ROWS || this.#tokens.length >= MAX_ROWS || this.#userns.length >= MAX_ROWS;
  }

  world(profile: Profile, unprivilegedBpfDisabled: UnprivilegedBpfDisabled): World {
    return {
      profile,
      unprivilegedBpfDisabled,
      userns: this.#userns,
      bpffs: [],
      tasks: this.#tasks,
      tokens: this.#tokens,
    };
  }

  #intern<Spec>(key: string, specs: Spec[], spec: Spec): number {
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = specs.length;
      specs.push(spec);
      this.#ids.set(key, id);
    }
    return id;
  }
}

function maskKey({ cmds, maps, progs, attachs }: Readonly<Masks>): string {
  return `${cmds}/${maps}/${progs}/${attachs}`;
}
