import { ENUM_KINDS, type EnumKind, type Vocabulary } from '../kernel/vocabulary.js';

/** Names and numbers from a kernel's BTF, in the order of its enumerations (recorder/vocabulary.c). */
export type KernelVocabulary = Readonly<Record<EnumKind, Readonly<Record<string, number>>>>;

/** The names that a kernel has in addition to a vocabulary, and those it lacks: `BPF_PROG_STREAM_READ_BY_FD`. */
export interface VocabularyDifference {
  readonly added: readonly string[];
  readonly missing: readonly string[];
}

/** Compares a kernel's names with a release's. A name with another number is both added and missing. */
export function vocabularyDifference(kernel: KernelVocabulary, release: Vocabulary): VocabularyDifference {
  const added: string[] = [];
  const missing: string[] = [];
  for (const kind of ENUM_KINDS) {
    const known = new Map(release.enumerators[kind].map(({ name, value }) => [name, value]));
    const here = new Map(Object.entries(kernel[kind]));
    added.push(...[...here].filter(([name, value]) => known.get(name) !== value).map(([name]) => name));
    missing.push(...[...known].filter(([name, value]) => here.get(name) !== value).map(([name]) => name));
  }
  return { added, missing };
}
