import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import type { Position } from './diagnostics.js';

/** Keys and indices from the top of a document. */
export type Path = readonly (string | number)[];

interface Found {
  /** The key of the last step; undefined for a list's item and for the top. */
  readonly key: unknown;
  readonly value: unknown;
}

/** Finds where in a text a piece of its data was written. */
export class Locator {
  readonly #doc: Document.Parsed;
  readonly #at: (offset: number) => Position;
  /** Pairs by key, for maps already visited: looking each up anew would be quadratic. */
  readonly #pairs = new WeakMap<object, Map<string, Pair>>();

  constructor(doc: Document.Parsed, at: (offset: number) => Position) {
    this.#doc = doc;
    this.#at = at;
  }

  /** Where the value at a path starts; its key's place where nothing is written; else the nearest outer place. */
  value(path: Path): Position {
    const { key, value } = this.#find(path);
    return this.#place(isScalar(value) && isNothing(value) ? (key ?? value) : (value ?? key));
  }

  /** Where the last key of a path stands; for a list's item the item; for a missing key the nearest outer one. */
  key(path: Path): Position {
    const { key, value } = this.#find(path);
    return this.#place(key ?? value);
  }

  /** Where the value at a path is written: for an alias, where its anchor's value is. */
  written(path: Path): Position {
    const { key, value } = this.#find(path);
    const written = this.#resolve(value);
    return this.#place(isScalar(written) && isNothing(written) ? (key ?? written) : (written ?? key));
  }

  /** A scalar's text as written, without quotes; undefined for anything else. */
  source(path: Path): string | undefined {
    const value = this.#resolve(this.#find(path).value);
    return isScalar(value) ? value.source : undefined;
  }

  #find(path: Path): Found {
    let found: Found = { key: undefined, value: this.#doc.contents };
    for (const step of path) {
      const node = this.#resolve(found.value);
      if (isSeq(node)) {
        const value = node.items[Number(step)];
        if (value === undefined) return found;
        found = { key: undefined, value };
      } else {
        const pair = this.#pairOf(node, String(step));
        if (!pair) return found;
        found = { key: pair.key, value: pair.value };
      }
    }
    return found;
  }

  #pairOf(node: unknown, key: string): Pair | undefined {
    if (!isMap(node)) return undefined;
    return this.#ownPairs(node).get(key) ?? this.#mergedPair(node, key);
  }

  /** The pair of a map that a merge key adds: of several, that of the first. */
  #mergedPair(node: YAMLMap, key: string): Pair | undefined {
    for (const pair of node.items) {
      if (!isMergeKey(pair.key)) continue;
      const value = this.#resolve(pair.value);
      for (const source of isSeq(value) ? value.items : [value]) {
        const found = this.#pairOf(this.#resolve(source), key);
        if (found) return found;
      }
    }
    return undefined;
  }

  #ownPairs(node: YAMLMap): Map<string, Pair> {
    let pairs = this.#pairs.get(node);
    if (!pairs) {
      pairs = new Map(node.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
      this.#pairs.set(node, pairs);
    }
    return pairs;
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#doc) : node;
  }

  #place(node: unknown): Position {
    const range = (node as { range?: [number, number, number] | null } | null | undefined)?.range;
    return this.#at(range?.[0] ?? 0);
  }
}

/** Whether a key is `<<`, which the library has as a symbol where it adds the keys of other maps. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

function isNothing({ value, source }: { value: unknown; source?: string }): boolean {
  return value === null && (source ?? '') === '';
}
