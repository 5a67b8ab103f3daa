import type { ObjectMap, StructOpsProgram } from '../bpf_object.js';
import type { Btf, BtfType } from '../btf/btf.js';
import { withoutModifiers } from '../btf/resolve.js';
import type { ElfFile } from '../elf/elf_file.js';
import type { ElfRelocation } from '../elf/relocations.js';
import type { ElfSection } from '../elf/sections.js';
import type { ObjectFunctions } from '../functions.js';
import { INSTRUCTION_SIZE } from '../instructions/instruction.js';
import { btfNeedsOfType, STRUCT_OPS_MAP } from './map_types.js';
import { PLAIN_MAP, type PlacedMap } from './placed_map.js';

const SECTION = /^\??\.struct_ops(\.link)?$/;
const BPF_F_LINK = 1 << 13;

/** The operations structures of an object. Throws BpfObjectError where BTF does not describe them. Source: init_struct_ops_maps() of libbpf. */
export function readStructOps(elf: ElfFile, btf: Btf | undefined, functions: ObjectFunctions): PlacedMap[] {
  const layouts = new Map<number, Layout>();
  return elf.sections
    .filter(({ name, data }) => SECTION.test(name) && data.length > 0)
    .flatMap((section) => {
      const datasec = btf?.datasec(section.name);
      if (!btf || !datasec) {
        throw section.data.error(
          0,
          `section ${section.name} must be described by BTF; .BTF has no datasec of that name`,
        );
      }
      const relocations = [...(elf.relocations.get(section.index) ?? [])].sort((a, b) => a.offset - b.offset);
      let end = 0;
      return btf.variables(datasec).map(({ type, offset }): PlacedMap => {
        const variable = btf.type(type, datasec);
        const structure = withoutModifiers(btf, variable.sizeOrType, variable);
        if (structure.kind !== 'struct') throw btf.error(variable, `must be a structure; it is ${structure.kind}`);
        section.data.check(offset, structure.sizeOrType, `operations structure ${variable.name}`);
        if (offset < end) throw btf.error(datasec, 'must have variables in order, none within another');
        end = offset + structure.sizeOrType;
        const members = layouts.get(structure.id) ?? layoutOf(btf, structure);
        layouts.set(structure.id, members);
        const programs = programsOf(members, offset, between(relocations, offset, end), functions);
        return { map: structOpsMap(section, variable.name, structure, programs), section: section.index, offset };
      });
    });
}

/** The members of a structure by offset in bytes. */
type Layout = ReadonlyMap<number, { readonly index: number; readonly name: string }>;

function layoutOf(btf: Btf, structure: BtfType): Layout {
  return new Map(btf.members(structure).map(({ bitOffset, name }, index) => [bitOffset / 8, { index, name }]));
}

/** The members that relocations fill with functions. */
function programsOf(
  layout: Layout,
  offset: number,
  relocations: readonly ElfRelocation[],
  functions: ObjectFunctions,
): StructOpsProgram[] {
  return relocations.flatMap(({ offset: at, symbol }) => {
    const member = layout.get(at - offset);
    const program = functions.at(symbol.section, symbol.value / INSTRUCTION_SIZE);
    return member && program ? [{ member: member.name, memberIndex: member.index, program: program.name }] : [];
  });
}

function structOpsMap(
  { name: section }: ElfSection,
  name: string,
  structure: BtfType,
  programs: readonly StructOpsProgram[],
): ObjectMap {
  const isLink = section.endsWith('.link');
  return {
    ...PLAIN_MAP,
    name,
    definition: 'struct_ops',
    section,
    type: STRUCT_OPS_MAP,
    keySize: 4,
    valueSize: structure.sizeOrType,
    maxEntries: 1,
    flags: isLink ? BPF_F_LINK : 0,
    btfNeeds: btfNeedsOfType(STRUCT_OPS_MAP),
    structOps: { type: structure.name, isLink, programs },
    isAutocreated: !section.startsWith('?'),
  };
}

/** Of a list in the order of offsets, those of a range; found by halving. */
function between(list: readonly ElfRelocation[], from: number, to: number): ElfRelocation[] {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.offset ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  const found: ElfRelocation[] = [];
  for (let k = low; (list[k]?.offset ?? to) < to; k++) found.push(list[k] as ElfRelocation);
  return found;
}
