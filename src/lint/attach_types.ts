import { attachTypeFits, fittingAttachTypes, fixupAttachType } from '../kernel/attach_types.js';
import type { Vocabulary } from '../kernel/vocabulary.js';
import { loaderAttachTypes } from '../request/loader_attach_types.js';

/**
 * The attach types with which programs of a type are loaded: those that the kernel takes where it takes only some, and those that
 * libbpf sends for its sections otherwise; undefined where neither says it (struct_ops: the index of a member).
 */
export function attachTypesOf(vocabulary: Vocabulary, progType: number): ReadonlySet<number> | undefined {
  const fitting = fittingAttachTypes(vocabulary, progType);
  const sent = loaderAttachTypes(vocabulary.nameOf('prog_types', progType)).map(({ attachType }) => attachType);
  if (!fitting && sent.length === 0) return undefined;
  const names = fitting ?? sent;
  const numbers = names.flatMap((name) => (name === null ? [0] : (vocabulary.valueOf('attach_types', name) ?? [])));
  return new Set(numbers.map((number) => fixupAttachType(vocabulary, progType, number)));
}

/** Whether a program type may be loaded with an attach type, and a loader does so. */
export function isUsedWith(vocabulary: Vocabulary, progType: number, attachType: number): boolean {
  const used = attachTypesOf(vocabulary, progType);
  return used ? used.has(attachType) : attachTypeFits(vocabulary, progType, attachType);
}
