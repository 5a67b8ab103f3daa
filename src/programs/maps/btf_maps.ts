import type { InitialSlot, ObjectMap } from '../bpf_object.js';
import type { Btf } from '../btf/btf.js';
import { withoutModifiers } from '../btf/resolve.js';
import type { SpecialFields } from '../btf/special_fields.js';
import type { ElfFile } from '../elf/elf_file.js';
import type { ElfSection } from '../elf/sections.js';
import { variablesOfSection } from '../section_variables.js';
import { MapDefinitions } from './map_definition.js';
import type { PlacedMap } from './placed_map.js';

const MAPS_SECTION = '.maps';
const POINTER_SIZE = 8;

/** The maps that structures in `.maps` define, in the order of BTF. Throws BpfObjectError where BTF does not describe the section. */
export function readBtfMaps(elf: ElfFile, btf: Btf | undefined, fields: SpecialFields | undefined): PlacedMap[] {
  const section = elf.sections.find(({ name }) => name === MAPS_SECTION);
  if (!section) return [];
  const datasec = btf?.datasec(MAPS_SECTION);
  if (!btf || !fields || !datasec) {
    throw section.data.error(0, 'section .maps must be described by BTF; .BTF has no datasec .maps');
  }
  const definitions = new MapDefinitions(btf, fields);
  const found: { readonly placed: PlacedMap; readonly size: number; readonly valuesOffset: number | undefined }[] = [];
  for (const { name, type, offset, size } of variablesOfSection(elf, section, btf, datasec)) {
    const { valuesOffset, ...parts } = definitions.of(withoutModifiers(btf, type.sizeOrType, type));
    const map: ObjectMap = {
      ...parts,
      name,
      definition: 'btf',
      section: MAPS_SECTION,
      initialSlots: [],
      structOps: undefined,
      isAutocreated: true,
    };
    found.push({ placed: { map, section: section.index, offset }, size, valuesOffset });
  }
  const slots = initialSlots(elf, section, found);
  return found.map(({ placed }, k) => ({ ...placed, map: { ...placed.map, initialSlots: slots[k] ?? [] } }));
}

interface MapRange {
  readonly placed: PlacedMap;
  readonly size: number;
  readonly valuesOffset: number | undefined;
}

/** What relocations put into the arrays `values`, by map. Source: bpf_object__collect_map_relos() of libbpf. */
function initialSlots(elf: ElfFile, section: ElfSection, maps: readonly MapRange[]): InitialSlot[][] {
  const slots: InitialSlot[][] = maps.map(() => []);
  const order = maps.map((_, k) => k).sort((a, b) => startOf(maps[a]) - startOf(maps[b]));
  const relocations = [...(elf.relocations.get(section.index) ?? [])].sort((a, b) => a.offset - b.offset);
  let at = 0;
  for (const { offset, symbol } of relocations) {
    while (at + 1 < order.length && startOf(maps[order[at + 1] as number]) <= offset) at++;
    const k = order[at] as number;
    const map = maps[k];
    if (!map || map.valuesOffset === undefined) continue;
    const index = (offset - startOf(map) - map.valuesOffset) / POINTER_SIZE;
    if (index >= 0 && Number.isInteger(index) && offset < startOf(map) + map.size) {
      slots[k]?.push({ index, name: symbol.name });
    }
  }
  return slots;
}

function startOf(map: MapRange | undefined): number {
  return map?.placed.offset ?? 0;
}
