import { BTF_KINDS, type BtfFacts } from '../bpf_object.js';
import type { Btf } from './btf.js';
import type { BtfExt } from './btf_ext.js';

const GLOBAL = 1;

/** What decides how the BTF of an object is loaded. */
export function btfFacts(btf: Btf, ext: BtfExt | undefined): BtfFacts {
  const types = btf.types.slice(1);
  const kinds = new Set(types.map(({ kind }) => kind));
  const textsOf = (kind: 'decl_tag' | 'type_tag') => [
    ...new Set(types.filter((type) => type.kind === kind).map(({ name }) => name)),
  ];
  return {
    typeCount: types.length,
    kinds: BTF_KINDS.filter((kind) => kinds.has(kind)),
    hasGlobalFunctions: types.some((type) => type.kind === 'func' && btf.linkage(type) === GLOBAL),
    datasecs: types.filter(({ kind }) => kind === 'datasec').map(({ name, vlen }) => ({ name, variableCount: vlen })),
    declTags: textsOf('decl_tag'),
    typeTags: textsOf('type_tag'),
    hasFuncInfo: ext?.hasFuncInfo ?? false,
    hasLineInfo: ext?.hasLineInfo ?? false,
    hasCoreRelocations: (ext?.coreRelocations.size ?? 0) > 0,
  };
}
