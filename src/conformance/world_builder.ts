import type { UnprivilegedBpfDisabled } from '../kernel/context.js';
import { NO_DENIALS, type TokenDenials } from '../kernel/denials.js';
import type { Masks } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import { MAX_IDS, type TaskSpec, type TokenSpec, type UsernsSpec, type World } from '../kernel/world.js';
import { PolicyBuilder } from '../names/allow_rule.js';
import type { Caller, RecordedSelinux, RecordedToken, Tree } from './record.js';

/** The largest number of tasks or tokens of a world; a record adds at most one of each. */
const MAX_ROWS = MAX_IDS - 1;

/**
 * One world with the namespaces, callers and tokens of many records; equal ones are in it once. Building a world takes longer
 * than deciding thousands of requests.
 */
export class BuiltWorld {
  readonly #userns: UsernsSpec[] = [{ name: 'init', parent: 0, owner: 0 }];
  readonly #tasks: TaskSpec[] = [];
  readonly #tokens: TokenSpec[] = [];
  /** Ids by key. */
  readonly #ids = new Map<string, number>();
  readonly #policy = new PolicyBuilder();
  /** Undefined without SELinux. */
  #bpfTokenPerms: boolean | undefined;

  /** The id of a tree's namespace. No rule distinguishes namespaces of two trees with the same name, owner and ancestors. */
  userns(tree: Tree, name: string): number {
    if (name === 'init') return 0;
    const ns = tree.find((one) => one.name === name);
    if (!ns) throw new RangeError(`the tree must have the namespace ${name}`);
    const parent = this.userns(tree, ns.parent ?? 'init');
    const spec = { name, parent, owner: ns.owner };
    return this.#intern(`n${parent}/${name}/${ns.owner}`, this.#userns, spec);
  }

  task(tree: Tree, { ns, euid, effective }: Caller, selinux: RecordedSelinux | null): number {
    const userns = this.userns(tree, ns);
    const domain = selinux ? this.#policy.domain(selinux.caller) : 0;
    const spec = { name: 'caller', userns, euid, effective, domain };
    return this.#intern(`c${userns}/${euid}/${effective}/${domain}`, this.#tasks, spec);
  }

  token(
    tree: Tree,
    { ns, allowed }: RecordedToken,
    selinux: RecordedSelinux | null,
    denials: TokenDenials = NO_DENIALS,
  ): number {
    const userns = this.userns(tree, ns);
    const grantor = selinux?.grantor ? this.#policy.domain(selinux.grantor) : 0;
    const spec = { name: 'token', userns, allowed, denials, grantor };
    const key = `t${userns}/${maskKey(allowed)}/${denials.cmds}/${denials.caps}/${grantor}`;
    return this.#intern(key, this.#tokens, spec);
  }

  /** Adds what a record says of its policy; all records of one world have one. */
  addPolicy({ bpfTokenPerms, rules }: RecordedSelinux): void {
    for (const rule of rules) this.#policy.add(rule);
    this.#bpfTokenPerms = bpfTokenPerms;
  }

  get isFull(): boolean {
    return this.#tasks.length >= MAX_ROWS || this.#tokens.length >= MAX_ROWS || this.#userns.length >= MAX_ROWS;
  }

  world(profile: Profile, unprivilegedBpfDisabled: UnprivilegedBpfDisabled): World {
    return {
      profile,
      unprivilegedBpfDisabled,
      ...(this.#bpfTokenPerms === undefined ? {} : { selinux: this.#policy.spec(this.#bpfTokenPerms) }),
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
