import type { NamedCell } from '../kernel/permission_cells.js';
import type { ObjectKind, PairClass } from './pair_classes.js';
import { pairCount } from './policy.js';

/** One request of a policy: indices of AlignedWorlds. */
export interface PolicyRequest {
  readonly task: number;
  readonly kind: ObjectKind;
  /** The token or the bpffs; undefined without one. */
  readonly object: number | undefined;
  readonly cell: NamedCell;
}

/** Requests that belong together: each pair of some classes with each of some cells. */
export interface RequestGroup {
  readonly classes: readonly PairClass[];
  readonly cells: readonly NamedCell[];
  /** Tasks with objects. */
  readonly pairs: number;
  /** Pairs times cells. */
  readonly requests: number;
  /** The smallest one: by task, then by object, then by cell. */
  readonly first: PolicyRequest;
}

interface CollectedGroup {
  readonly classes: PairClass[];
  readonly cells: readonly NamedCell[];
}

/** Collects classes by the cells that they have in common. Groups are in the order of their smallest requests. */
export class GroupCollector {
  readonly #groups = new Map<string, CollectedGroup>();
  /** The same by arrays that were met: joining a long one takes longer than all else. */
  readonly #byArray = new WeakMap<readonly number[], CollectedGroup>();

  /** `chosen` are indices of `cells`; a class of none is left out. */
  add(pairs: PairClass, cells: readonly NamedCell[], chosen: readonly number[]): void {
    if (chosen.length === 0) return;
    const met = this.#byArray.get(chosen);
    if (met) {
      met.classes.push(pairs);
      return;
    }
    const own = chosen.map((index) => cells[index] as NamedCell);
    const key = own.map(({ cmd, type, attachType }) => `${cmd}.${type}.${attachType}`).join(' ');
    const group = this.#groups.get(key) ?? { classes: [], cells: own };
    group.classes.push(pairs);
    this.#groups.set(key, group);
    this.#byArray.set(chosen, group);
  }

  groups(): RequestGroup[] {
    const groups = [...this.#groups.values()].map(({ classes, cells }): RequestGroup => {
      const pairs = classes.reduce((sum, one) => sum + pairCount(one), 0);
      const firsts = classes.map((one) => firstRequest(one, cells[0] as NamedCell));
      const first = firsts.reduce((least, one) => (comparePairs(one, least) < 0 ? one : least));
      return { classes, cells, pairs, requests: pairs * cells.length, first };
    });
    return groups.sort((a, b) => comparePairs(a.first, b.first));
  }
}

/** The smallest request of a class for a cell. */
export function firstRequest({ kind, objects, firstTask }: PairClass, cell: NamedCell): PolicyRequest {
  return { task: firstTask, kind, object: objects[0], cell };
}

const KIND_ORDER: readonly ObjectKind[] = ['none', 'token', 'bpffs'];

/** By task, then no token, tokens and bpffs by index. */
export function comparePairs(a: PolicyRequest, b: PolicyRequest): number {
  return (
    a.task - b.task || KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind) || (a.object ?? 0) - (b.object ?? 0)
  );
}
