import { createEvaluator, type Evaluator } from '../engine/evaluator.js';
import { Model } from '../kernel/model.js';
import { NO_TOKEN, requestOf, type World } from '../kernel/world.js';
import type { AlignedWorlds } from './aligned_worlds.js';
import { tokenKey } from './object_keys.js';
import type { PairClass } from './pair_classes.js';
import { cellsOf, type PolicyCells } from './policy_cells.js';

/** Verdicts that are kept for classes to come: some 50 MB of them. */
const MAX_KEPT = 20_000;

/** Answers requests of classes: an evaluator for each world; the model for token_create, which no evaluator decides. */
export class ClassVerdicts {
  readonly #aligned: AlignedWorlds;
  readonly #cells: PolicyCells;
  readonly #evaluators: readonly Evaluator[];
  readonly #models: (Model | undefined)[];
  readonly #kept = new Map<string, Uint8Array>();
  readonly #keys = new WeakMap<readonly number[], (string | undefined)[]>();

  /** Throws as createEvaluator() does. */
  constructor(aligned: AlignedWorlds, cells: PolicyCells) {
    this.#aligned = aligned;
    this.#cells = cells;
    this.#evaluators = aligned.worlds.map((world) => createEvaluator(world));
    this.#models = aligned.worlds.map(() => undefined);
  }

  /**
   * The verdict bytes of a class in one world, by cell (cellsOf() its kind); undefined where the world lacks the tasks or the objects. All
   * pairs of the class have them. The same array for classes that are answered alike, as long as it is kept.
   */
  of(pairs: PairClass, side: number): Uint8Array | undefined {
    const relation = pairs.relations[side];
    if (relation === -1) return undefined;
    const key = `${side} ${relation} ${this.#objectKey(pairs, side)}`;
    const known = this.#kept.get(key);
    if (known) return known;
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    const verdicts = this.#decide(pairs, side);
    this.#kept.set(key, verdicts);
    return verdicts;
  }

  /** Frees the evaluators. */
  dispose(): void {
    for (const evaluator of this.#evaluators) evaluator.dispose();
  }

  /** What decides of an object besides its user namespace, which the relation has. Classes of the same objects share their array. */
  #objectKey({ kind, objects }: PairClass, side: number): string {
    const [object] = objects;
    if (kind === 'none' || object === undefined) return '';
    if (kind === 'bpffs') return `bpffs ${object}`;
    const keys = this.#keys.get(objects) ?? this.#aligned.worlds.map((): string | undefined => undefined);
    this.#keys.set(objects, keys);
    const known = keys[side];
    if (known !== undefined) return known;
    const { profile, tokens } = this.#aligned.worlds[side] as World;
    const id = this.#aligned.tokens[object]?.ids[side] as number;
    const key = tokenKey(profile, tokens[id] as World['tokens'][number]);
    keys[side] = key;
    return key;
  }

  #decide({ kind, objects, firstTask }: PairClass, side: number): Uint8Array {
    const { tasks, tokens, bpffs } = this.#aligned;
    const cells = cellsOf(this.#cells, kind);
    const verdicts = new Uint8Array(cells.length);
    const task = tasks[firstTask]?.ids[side] as number;
    const [object] = objects;
    if (kind === 'bpffs') {
      const id = bpffs[object as number]?.ids[side] as number;
      const model = this.#modelOf(side);
      for (const [i, { cmd }] of cells.entries()) verdicts[i] = model.ask(requestOf({ task, cmd, bpffs: id }));
      return verdicts;
    }
    const token = object === undefined ? NO_TOKEN : (tokens[object]?.ids[side] as number);
    const table = (this.#evaluators[side] as Evaluator).permissionTable(task, token);
    for (const [i, { cmd, type, attachType }] of cells.entries()) verdicts[i] = table.verdictOf(cmd, type, attachType);
    return verdicts;
  }

  #modelOf(side: number): Model {
    const known = this.#models[side];
    if (known) return known;
    const made = new Model(this.#aligned.worlds[side] as World);
    this.#models[side] = made;
    return made;
  }
}
