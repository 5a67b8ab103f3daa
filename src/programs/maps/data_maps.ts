import type { ObjectMap } from '../bpf_object.js';
import type { Btf, BtfType } from '../btf/btf.js';
import { alignmentOfNumber, sizeOfType } from '../btf/resolve.js';
import type { SpecialFields } from '../btf/special_fields.js';
import { type ElfSection, SHF_EXECINSTR, SHT_NOBITS, SHT_PROGBITS } from '../elf/sections.js';
import type { TypedExtern } from '../externs.js';
import { ARRAY } from './map_types.js';
import { PLAIN_MAP, type PlacedMap } from './placed_map.js';

const BPF_F_RDONLY_PROG = 1 << 7;
const BPF_F_MMAPABLE = 1 << 10;
const KCONFIG = '.kconfig';
const STATIC = 0;

/** The maps that libbpf makes of data sections, by section. Source: bpf_object__init_global_data_maps() of libbpf. */
export function readDataMaps(
  sections: readonly ElfSection[],
  btf: Btf | undefined,
  fields: SpecialFields | undefined,
): PlacedMap[] {
  // Sections may have the same name, and then the same description.
  const known = new Map<string, Pick<ObjectMap, 'flags' | 'hasBtfTypes' | 'btfNeeds'>>();
  return sections.filter(isData).map(({ name, size, index }) => {
    const described = known.get(name) ?? describedBy(btf, fields, name);
    known.set(name, described);
    const flags = described.flags | (/^\.rodata(\.|$)/.test(name) ? BPF_F_RDONLY_PROG : 0);
    return { map: { ...dataMap(name, size), ...described, flags }, section: index, offset: undefined };
  });
}

/** The map of values of the kernel's configuration; undefined where the object asks for none. Source: bpf_object__init_kconfig_map() of libbpf. */
export function readKconfigMap(externs: readonly TypedExtern[], btf: Btf | undefined): PlacedMap | undefined {
  const values = externs.flatMap(({ kind, name, type }) => {
    if (kind !== 'kconfig' || !btf || !type) return [];
    const [size, alignment] = [sizeOfType(btf, type.id, type), alignmentOfNumber(btf, type.sizeOrType, type)];
    return [{ name, size, alignment }];
  });
  if (values.length === 0) return undefined;
  // The order of cmp_externs(): what is aligned most first, then the smallest.
  values.sort((a, b) => b.alignment - a.alignment || a.size - b.size || (a.name < b.name ? -1 : 1));
  let size = 0;
  for (const value of values) size = Math.ceil(size / value.alignment) * value.alignment + value.size;
  // libbpf makes the variables global before it looks whether the map can be mapped.
  const map = { ...dataMap(KCONFIG, size), flags: BPF_F_RDONLY_PROG | BPF_F_MMAPABLE, hasBtfTypes: true };
  return { map, section: undefined, offset: undefined };
}

function isData({ type, name, flags, size }: ElfSection): boolean {
  if (size === 0 || (flags & SHF_EXECINSTR) !== 0) return false;
  if (type === SHT_NOBITS) return /^\.bss(\.|$)/.test(name);
  return type === SHT_PROGBITS && /^\.(data|rodata)(\.|$)/.test(name);
}

/** What the BTF of a section of data adds: libbpf maps a section into memory where a variable is not static. */
function describedBy(
  btf: Btf | undefined,
  fields: SpecialFields | undefined,
  section: string,
): Pick<ObjectMap, 'flags' | 'hasBtfTypes' | 'btfNeeds'> {
  const datasec = btf?.datasec(section);
  if (!btf || !datasec) return { flags: 0, hasBtfTypes: false, btfNeeds: [] };
  const isMapped = btf
    .variables(datasec)
    .map(({ type }): BtfType => btf.type(type, datasec))
    .some((variable) => variable.kind === 'var' && btf.linkage(variable) !== STATIC);
  return {
    flags: isMapped ? BPF_F_MMAPABLE : 0,
    hasBtfTypes: true,
    btfNeeds: fields?.of(datasec.id, datasec) ?? [],
  };
}

function dataMap(name: string, size: number): ObjectMap {
  return {
    ...PLAIN_MAP,
    name,
    definition: 'data',
    section: name,
    type: ARRAY,
    keySize: 4,
    valueSize: size,
    maxEntries: 1,
    flags: 0,
  };
}
