import { ATTACH_TYPES, CMDS, MAP_TYPES, PROG_TYPES, RELEASES } from '../abi/vocabulary.generated.js';

export { RELEASES };

/** The four enumerations a delegation mask can speak of, in the order the kernel lists them. */
export const ENUM_KINDS = ['cmds', 'map_types', 'prog_types', 'attach_types'] as const;
export type EnumKind = (typeof ENUM_KINDS)[number];

/** One enumerator as the kernel spells it; aliases are enumerators of their own. */
export interface Enumerator {
  readonly name: string;
  readonly value: number;
}

/** Prefix the kernel strips from an enumerator's name in mount options (kernel/bpf/inode.c: bpf_parse_param). */
export const KIND_PREFIX: Readonly<Record<EnumKind, string>> = {
  cmds: 'BPF_',
  map_types: 'BPF_MAP_TYPE_',
  prog_types: 'BPF_PROG_TYPE_',
  attach_types: 'BPF_',
};

export type Release = (typeof RELEASES)[number];

const GENERATED = { cmds: CMDS, map_types: MAP_TYPES, prog_types: PROG_TYPES, attach_types: ATTACH_TYPES };

/** What a release has of each enumeration. */
type ByKind<Value> = Readonly<Record<EnumKind, Value>>;

/** The names and numbers of a release, in the forms in which they are looked up. */
interface NameTables {
  readonly enumerators: ByKind<readonly Enumerator[]>;
  readonly count: ByKind<number>;
  /** Preferred short names by number. */
  readonly names: ByKind<ReadonlyMap<number, string>>;
  /** Numbers by short name, aliases included. */
  readonly values: ByKind<ReadonlyMap<string, number>>;
}

/** Names and numbers of one kernel release. */
export class Vocabulary {
  readonly release: Release;
  #made: NameTables | undefined;

  constructor(release: Release) {
    this.release = release;
  }

  /** In enum order, aliases and flag-like values past 63 included, as the kernel's BTF has them. */
  get enumerators(): ByKind<readonly Enumerator[]> {
    return this.#tables.enumerators;
  }

  /** Number of values from 0: `__MAX_BPF_CMD`, `__MAX_BPF_MAP_TYPE`, ... */
  get count(): ByKind<number> {
    return this.#tables.count;
  }

  /** Whether this release has that number. */
  has(kind: EnumKind, value: number): boolean {
    return this.#tables.names[kind].has(value);
  }

  /** `prog_load` for (`cmds`, 5); the number itself where this release has no such value. */
  nameOf(kind: EnumKind, value: number): string {
    return this.#tables.names[kind].get(value) ?? String(value);
  }

  /** The number of a lower-case name without prefix, aliases included; undefined where this release has none. */
  valueOf(kind: EnumKind, short: string): number | undefined {
    const value = this.#tables.values[kind].get(short);
    return value !== undefined && value < 64 ? value : undefined;
  }

  /** The number of a name every release has. Throws a RangeError otherwise: only rules written in this project ask. */
  require(kind: EnumKind, short: string): number {
    const value = this.valueOf(kind, short);
    if (value === undefined) throw new RangeError(`${kind} of ${this.release} has no ${short}`);
    return value;
  }

  /** Preferred short names, ordered by number. */
  names(kind: EnumKind): string[] {
    return [...this.#tables.names[kind].entries()].sort(([a], [b]) => a - b).map(([, name]) => name);
  }

  /** Every bit this release gives a meaning: what mountinfo calls `any`. */
  knownMask(kind: EnumKind): bigint {
    return (1n << BigInt(this.count[kind])) - 1n;
  }

  /** Made at the first question: a process asks few of the releases that there are. */
  get #tables(): NameTables {
    this.#made ??= nameTables(this.release);
    return this.#made;
  }
}

function nameTables(release: Release): NameTables {
  const upTo = RELEASES.indexOf(release);
  const enumerators = byKind((kind) =>
    GENERATED[kind]
      .filter(([, , since]) => RELEASES.indexOf(since as Release) <= upTo)
      .map(([name, value]): Enumerator => ({ name, value })),
  );
  const names = byKind((kind) => preferredNames(kind, enumerators[kind]));
  const values = byKind((kind) => new Map(enumerators[kind].map(({ name, value }) => [shortName(kind, name), value])));
  return { enumerators, names, values, count: byKind((kind) => names[kind].size) };
}

/** The short name of each number that a mask has a bit for; of two, the first that is not deprecated. */
function preferredNames(kind: EnumKind, enumerators: readonly Enumerator[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const { name, value } of enumerators) {
    const present = names.get(value);
    if (value < 64 && (present === undefined || present.endsWith('_deprecated'))) {
      names.set(value, shortName(kind, name));
    }
  }
  return names;
}

function byKind<Value>(of: (kind: EnumKind) => Value): ByKind<Value> {
  return Object.fromEntries(ENUM_KINDS.map((kind) => [kind, of(kind)])) as ByKind<Value>;
}

/** `BPF_MAP_TYPE_LRU_HASH` to `lru_hash`. */
export function shortName(kind: EnumKind, name: string): string {
  return name.slice(KIND_PREFIX[kind].length).toLowerCase();
}

const cache = new Map<Release, Vocabulary>();

/** The vocabulary of a release; made once. */
export function vocabularyOf(release: Release): Vocabulary {
  let vocabulary = cache.get(release);
  if (!vocabulary) {
    vocabulary = new Vocabulary(release);
    cache.set(release, vocabulary);
  }
  return vocabulary;
}
