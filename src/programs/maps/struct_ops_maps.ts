import type { ObjectMap, StructOpsProgram } from '../bpf_object.js';
import type { Btf, BtfType } from '../btf/btf.js';
import { withoutModifiers } from '../btf/resolve.js';
import type { ElfFile } from '../elf/elf_file.js';
import type { ElfRelocation } from '../elf/relocations.js';
import type { ElfSection } from '../elf/sections.js';
import type { ObjectFunctions } from '../functions.js';
import { INSTRUCTION_SIZE } from '../instructions/instruction.js';
import { type SectionVariable, variablesOfSection } from '../section_variables.js';
import { btfNeedsOfType, STRUCT_OPS_MAP } from './map_types.js';
import { PLAIN_MAP, type PlacedMap } from './placed_map.js';

/** Those with `?` are of structures that are made only when asked for. */
const SECTIONS = ['.struct_ops', '.struct_ops.link', '?.struct_ops', '?.struct_ops.link'];
const BPF_F_LINK = 1 << 13;

/** The operations structures of an object. Throws BpfObjectError where BTF does not describe them. Source: init_struct_ops_maps() of libbpf. */
export function readStructOps(elf: ElfFile, btf: Btf | undefined, functions: ObjectFunctions): PlacedMap[] {
  const layouts = new Map<number, Layout>();
  return SECTIONS.flatMap((own) => {
    const section = elf.sections.find(({ name, data }) => name === own && data.length > 0);
    if (!section) return [];
    const datasec = btf?.datasec(own);
    if (!btf || !datasec) {
      throw section.data.error(0, `section ${own} must be described by BTF; .BTF has no datasec of that name`);
    }
    const relocations = [...(elf.relocations.get(section.index) ?? [])].sort((a, b) => a.offset - b.offset);
    const variables = variablesOfSection(elf, section, btf, datasec);
    checkApart(variables, btf, datasec);
    return variables.map(({ name, type, offset, size }): PlacedMap => {
      const structure = withoutModifiers(btf, type.sizeOrType, type);
      if (structure.kind !== 'struct' || structure.sizeOrType > size) {
        throw btf.error(type, `must be a structure of at most ${size} bytes, as its section says`);
      }
      const members = layouts.get(structure.id) ?? layoutOf(btf, structure);
      layouts.set(structure.id, members);
      const programs = programsOf(members, offset, between(relocations, offset, offset + size), functions);
      return { map: structOpsMap(section, name, structure, programs), section: section.index, offset };
    });
  });
}

/** Each relocation is of one structure: what reading costs stays linear. */
function checkApart(variables: readonly SectionVariable[], btf: Btf, datasec: BtfType): void {
  const ordered = [...variables].sort((a, b) => a.offset - b.offset);
  for (const [k, { name, offset }] of ordered.entries()) {
    const before = ordered[k - 1];
    if (before && before.offset + before.size > offset) {
      throw btf.error(datasec, `must have no variable within another; ${name} begins within ${before.name}`);
    }
  }
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
