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

/** Names and numbers of one kernel release. */
export class Vocabulary {
  readonly release: Release;
  /** In enum order, aliases and flag-like values past 63 included, as the kernel's BTF has them. */
  readonly enumerators: Readonly<Record<EnumKind, readonly Enumerator[]>>;
  /** Number of values from 0: `__MAX_BPF_CMD`, `__MAX_BPF_MAP_TYPE`, ... */
  readonly count: Readonly<Record<EnumKind, number>>;
  /** Made at the first question about an enumeration. */
  readonly #tables: Partial<Record<EnumKind, NameTable>> = {};

  constructor(release: Release) {
    this.release = release;
    this.enumerators = byKind((kind) => this.#table(kind).enumerators);
    this.count = byKind((kind) => this.#table(kind).names.size);
  }

  /** Whether this release has that number. */
  has(kind: EnumKind, value: number): boolean {
    return this.#table(kind).names.has(value);
  }

  /** `prog_load` for (`cmds`, 5); the number itself where this release has no such value. */
  nameOf(kind: EnumKind, value: number): string {
    return this.#table(kind).names.get(value) ?? String(value);
  }

  /** The number of a lower-case name without prefix, aliases included; undefined where this release has none. */
  valueOf(kind: EnumKind, short: string): number | undefined {
    const value = this.#table(kind).values.get(short);
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
    return [...this.#table(kind).names.entries()].sort(([a], [b]) => a - b).map(([, name]) => name);
  }

  #table(kind: EnumKind): NameTable {
    this.#tables[kind] ??= nameTable(this.release, kind);
    return this.#tables[kind];
  }

  /** Every bit this release gives a meaning: what mountinfo calls `any`. */
  knownMask(kind: EnumKind): bigint {
    return (1n << BigInt(this.count[kind])) - 1n;
  }
}

/** The names of one enumeration in a release. */
interface NameTable {
  readonly enumerators: readonly Enumerator[];
  /** Preferred short names by number. */
  readonly names: ReadonlyMap<number, string>;
  /** Numbers by short name, aliases included. */
  readonly values: ReadonlyMap<string, number>;
}

function nameTable(release: Release, kind: EnumKind): NameTable {
  const upTo = RELEASES.indexOf(release);
  const enumerators = GENERATED[kind]
    .filter(([, , since]) => RELEASES.indexOf(since as Release) <= upTo)
    .map(([name, value]) => ({ name, value }));
  const names = new Map<number, string>();
  const values = new Map<string, number>();
  for (const { name, value } of enumerators) {
    const short = shortName(kind, name);
    values.set(short, value);
    const present = names.get(value);
    if (value < 64 && (present === undefined || present.endsWith('_deprecated'))) names.set(value, short);
  }
  return { enumerators, names, values };
}

/** A record whose values are made when they are read: most uses of a vocabulary need few of its enumerations. */
function byKind<Value>(of: (kind: EnumKind) => Value): Readonly<Record<EnumKind, Value>> {
  const record = {} as Record<EnumKind, Value>;
  for (const kind of ENUM_KINDS) Object.defineProperty(record, kind, { enumerable: true, get: () => of(kind) });
  return record;
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
