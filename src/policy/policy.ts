import { OUTCOME_MASK, type Outcome } from '../abi/verdict.js';
import type { NamedCell } from '../kernel/permission_cells.js';
import { isAllowed } from '../kernel/verdict.js';
import type { World } from '../kernel/world.js';
import { type AlignedWorlds, alignWorlds } from './aligned_worlds.js';
import { ClassVerdicts } from './class_verdicts.js';
import { type PairClass, PairClasses, type Selection } from './pair_classes.js';
import { everyRequest } from './pattern_sets.js';
import { type PolicyCells, policyCells } from './policy_cells.js';
import type { RequestPattern } from './request_pattern.js';

/** The requests of a class that are asked about. */
export interface AskedClass {
  readonly pairs: PairClass;
  readonly cells: readonly NamedCell[];
  /** Their verdict bytes, by world and cell; undefined for a world that lacks the tasks or the objects. */
  readonly verdicts: readonly (Uint8Array | undefined)[];
}

/** One world, or several side by side, ready to be asked about every request there is. */
export class Policy {
  readonly aligned: AlignedWorlds;
  readonly cells: PolicyCells;
  readonly #verdicts: ClassVerdicts;
  readonly #everything: Selection;
  readonly #classes = new WeakMap<Selection, PairClasses>();

  /** Throws as createEvaluator() does. */
  constructor(worlds: readonly World[]) {
    this.aligned = alignWorlds(worlds);
    this.cells = policyCells(worlds);
    this.#everything = everyRequest(this.aligned).selection;
    this.#verdicts = new ClassVerdicts(this.aligned, this.cells);
  }

  /** Every request that a pattern means, by classes of pairs that are answered alike; without one, every request there is. */
  *ask(pattern?: RequestPattern): Generator<AskedClass> {
    const chosen = {
      withToken: chosenCells(this.cells.withToken, pattern),
      ofBpffs: chosenCells(this.cells.ofBpffs, pattern),
    };
    const picked = new WeakMap<Uint8Array, Uint8Array>();
    for (const pairs of this.#classesOf(pattern?.selection ?? this.#everything)) {
      const { indices, cells } = pairs.kind === 'bpffs' ? chosen.ofBpffs : chosen.withToken;
      if (cells.length === 0) continue;
      const verdicts = this.aligned.worlds.map((_, side) => {
        const all = this.#verdicts.of(pairs, side);
        if (!all || all.length === cells.length) return all;
        const known = picked.get(all);
        if (known) return known;
        const own = Uint8Array.from(indices, (index) => all[index] as number);
        picked.set(all, own);
        return own;
      });
      yield { pairs, cells, verdicts };
    }
  }

  /** The tasks of a class, by their indices: the first `most` of them. */
  tasksOf(pairs: PairClass, most?: number): readonly number[] {
    return this.#classesOf(pairs.among).tasksOf(pairs, most);
  }

  /** Those of some tasks that are in a class. */
  tasksAmong(pairs: PairClass, tasks: Iterable<number>): readonly number[] {
    return this.#classesOf(pairs.among).tasksAmong(pairs, tasks);
  }

  /** Frees the memory of the evaluators. */
  dispose(): void {
    this.#verdicts.dispose();
  }

  /** Kept by what is selected: putting tasks into buckets takes longer than most questions. */
  #classesOf(selection: Selection): PairClasses {
    const known = this.#classes.get(selection);
    if (known) return known;
    const classes = new PairClasses(this.aligned, selection);
    this.#classes.set(selection, classes);
    return classes;
  }
}

/** The requests of a class: each task with each object, each cell. */
export function requestCount({ pairs, cells }: Pick<AskedClass, 'pairs' | 'cells'>): number {
  return pairCount(pairs) * cells.length;
}

/** Each task with each object. */
export function pairCount({ tasks, objects }: PairClass): number {
  return tasks * Math.max(objects.length, 1);
}

/** Whether a verdict byte allows; one of a world that lacks what is asked does not. */
export function allows(verdicts: Uint8Array | undefined, cell: number): boolean {
  return verdicts !== undefined && isAllowed(((verdicts[cell] as number) & OUTCOME_MASK) as Outcome);
}

function chosenCells(
  cells: readonly NamedCell[],
  pattern: RequestPattern | undefined,
): { readonly indices: readonly number[]; readonly cells: readonly NamedCell[] } {
  const indices = [...cells.keys()].filter((i) => pattern?.matches(cells[i] as NamedCell) ?? true);
  return { indices, cells: indices.map((i) => cells[i] as NamedCell) };
}
