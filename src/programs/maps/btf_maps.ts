import type { InitialSlot, ObjectMap } from '../bpf_object.js';
import type { Btf } from '../btf/btf.js';
import { withoutModifiers } from '../btf/resolve.js';
import type { SpecialFields } from '../btf/special_fields.js';
import type { ElfFile } from '../elf/elf_file.js';
import type { ElfSection } from '../elf/sections.js';
import { MapDefinitions } from './map_definition.js';
import type { PlacedMap } from './placed_map.js';

const MAPS_SECTION = '.maps';
const POINTER_SIZE = 8;

/** The maps that structures in `.maps` define, in the order of their places. Throws BpfObjectError where BTF does not describe the section. */
export function readBtfMaps(elf: ElfFile, btf: Btf | undefined, fields: SpecialFields | undefined): PlacedMap[] {
  const section = elf.sections.find(({ name }) => name === MAPS_SECTION);
  if (!section) return [];
  const datasec = btf?.datasec(MAPS_SECTION);
  if (!btf || !fields || !datasec) {
    throw section.data.error(0, 'section .maps must be described by BTF; .BTF has no datasec .maps');
  }
  const definitions = new MapDefinitions(btf, fields);
  const found: { readonly placed: PlacedMap; readonly size: number; readonly valuesOffset: number | undefined }[] = [];
  for (const { type, offset: told, size } of btf.variables(datasec)) {
    const variable = btf.type(type, datasec);
    if (variable.kind !== 'var') throw btf.error(datasec, `must have variables; type ${type} is ${variable.kind}`);
    // Compilers leave 0 in BTF, and a relocation that is not read here: libbpf takes the symbol's place too (btf_fixup_datasec()).
    const symbol = elf.symbols.find((one) => one.section === section.index && one.name === variable.name);
    const offset = symbol ? symbol.value : told;
    section.data.check(offset, size, `map ${variable.name}`);
    const { valuesOffset, ...parts } = definitions.of(withoutModifiers(btf, variable.sizeOrType, variable));
    const map: ObjectMap = {
      ...parts,
      name: variable.name,
      definition: 'btf',
      section: MAPS_SECTION,
      initialSlots: [],
      structOps: undefined,
      isAutocreated: true,
    };
    found.push({ placed: { map, section: section.index, offset }, size, valuesOffset });
  }
  found.sort((a, b) => startOf(a) - startOf(b));
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
