import type { Btf, BtfType } from './btf/btf.js';
import type { ElfFile } from './elf/elf_file.js';
import type { ElfSection } from './elf/sections.js';
import { STT_SECTION } from './elf/symbols.js';

/** A variable of a section, by BTF and by the symbol table. */
export interface SectionVariable {
  readonly name: string;
  /** Of kind var. */
  readonly type: BtfType;
  /** In bytes from the start of the section. */
  readonly offset: number;
  readonly size: number;
}

/**
 * The variables of a section that BTF describes, by place. Compilers leave their offsets to the linker: they are those of symbols of the same
 * name. Throws BpfObjectError for a variable that is not within the section. Source: btf_fixup_datasec() of libbpf.
 */
export function variablesOfSection(
  { symbols }: ElfFile,
  section: ElfSection,
  btf: Btf,
  datasec: BtfType,
): SectionVariable[] {
  const places = new Map<string, number>();
  for (const { section: own, type, name, value } of symbols) {
    if (own === section.index && type !== STT_SECTION) places.set(name, value);
  }
  const found = btf.variables(datasec).map(({ type: id, offset, size }) => {
    const type = btf.type(id, datasec);
    if (type.kind !== 'var') throw btf.error(datasec, `must have variables; type ${id} is ${type.kind}`);
    const place = places.get(type.name) ?? offset;
    section.data.check(place, size, `variable ${type.name}`);
    return { name: type.name, type, offset: place, size };
  });
  return found.sort((a, b) => a.offset - b.offset);
}
