import { NEWEST_PROFILE } from '../kernel/profile.js';
import type { BpfObject, ObjectMap, ObjectProgram } from './bpf_object.js';
import { Btf } from './btf/btf.js';
import { type BtfExt, readBtfExt } from './btf/btf_ext.js';
import { btfFacts } from './btf/facts.js';
import { SpecialFields } from './btf/special_fields.js';
import { type ElfFile, readElf } from './elf/elf_file.js';
import type { ElfRelocation } from './elf/relocations.js';
import { readExterns, type TypedExtern } from './externs.js';
import { ObjectFunctions } from './functions.js';
import { FunctionReader } from './instructions/function_facts.js';
import { sectionRule } from './libbpf/section_rule.js';
import { readBtfMaps } from './maps/btf_maps.js';
import { readDataMaps, readKconfigMap } from './maps/data_maps.js';
import { readLegacyMaps } from './maps/legacy_maps.js';
import type { PlacedMap } from './maps/placed_map.js';
import { readStructOps } from './maps/struct_ops_maps.js';
import { ProgramReader } from './programs.js';
import { SymbolTargets } from './symbol_targets.js';

/** Types of programs for which libbpf reads the BTF of the kernel: prog_needs_vmlinux_btf(). */
const NEED_KERNEL_BTF: ReadonlySet<number> = new Set(
  ['struct_ops', 'lsm', 'tracing'].map((name) => NEWEST_PROFILE.vocabulary.require('prog_types', name)),
);

/**
 * Reads a BPF object: an ELF64 file of either byte order, as compilers write it. `base`: where its bytes are in what was given, which
 * offsets in messages count from. Bytes after its last part are not looked at. Throws BpfObjectError for bytes that are no such file. It takes time
 * and memory in proportion to the bytes, whatever they are.
 */
export function readBpfObject(bytes: Uint8Array, base = 0): BpfObject {
  const elf = readElf(bytes, base);
  const { btf, ext } = readBtf(elf);
  const fields = btf && new SpecialFields(btf);
  const functions = new ObjectFunctions(elf);
  const externs = readExterns(elf.symbols, btf);
  const kconfig = readKconfigMap(externs, btf);
  const placed: PlacedMap[] = [
    ...readLegacyMaps(elf),
    ...readBtfMaps(elf, btf, fields),
    ...readDataMaps(elf.sections, btf, fields),
    ...(kconfig ? [kconfig] : []),
    ...readStructOps(elf, btf, functions),
  ];
  const targets = new SymbolTargets(elf, functions, externs, placed);
  const reader = new FunctionReader(targets, functions, relocationsByOffset(elf));
  const programReader = new ProgramReader(reader, ext?.coreRelocations ?? new Map());
  const programs = functions.programs.map((program) => programReader.read(program));
  const maps = placed.map(({ map }) => map);
  const license = textOfSection(elf, 'license');
  return {
    byteOrder: elf.byteOrder,
    offset: base,
    size: elf.size,
    license,
    isGpl: GPL_COMPATIBLE.has(license ?? ''),
    programs,
    maps,
    externs: externs.map(({ type: _, ...one }) => one),
    btf: btf && btfFacts(btf, ext),
    needsKernelBtf: needsKernelBtf(ext, externs, programs, maps),
    modules: modulesOf(programs),
  };
}

/** Licences that the kernel takes for compatible: license_is_gpl_compatible(), include/linux/license.h. */
const GPL_COMPATIBLE: ReadonlySet<string> = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

function readBtf({ sections }: ElfFile): { readonly btf: Btf | undefined; readonly ext: BtfExt | undefined } {
  const [btfData, extData] = ['.BTF', '.BTF.ext'].map((own) => sections.find(({ name }) => name === own)?.data);
  const btf = btfData && btfData.length > 0 ? new Btf(btfData) : undefined;
  const ext = btf && extData && extData.length > 0 ? readBtfExt(extData, btf.strings) : undefined;
  return { btf, ext };
}

/** The relocations of a section by offset, made when a section is first asked for. */
function relocationsByOffset({ relocations }: ElfFile): (section: number) => ReadonlyMap<number, ElfRelocation> {
  const known = new Map<number, ReadonlyMap<number, ElfRelocation>>();
  return (section) => {
    const found =
      known.get(section) ??
      new Map((relocations.get(section) ?? []).map((relocation) => [relocation.offset, relocation]));
    known.set(section, found);
    return found;
  };
}

/** The text of a section up to its first NUL byte. */
function textOfSection({ sections }: ElfFile, own: string): string | undefined {
  const bytes = sections.find(({ name }) => name === own)?.data.bytes;
  if (!bytes) return undefined;
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function needsKernelBtf(
  ext: BtfExt | undefined,
  externs: readonly TypedExtern[],
  programs: readonly ObjectProgram[],
  maps: readonly ObjectMap[],
): boolean {
  return (
    (ext?.coreRelocations.size ?? 0) > 0 ||
    externs.some(({ kind, isTyped }) => kind !== 'kconfig' && isTyped) ||
    programs.some(
      ({ section, isAutoloaded }) => isAutoloaded && NEED_KERNEL_BTF.has(sectionRule(section)?.progType ?? 0),
    ) ||
    maps.some(({ definition }) => definition === 'struct_ops')
  );
}

/** The modules that targets found by BTF are in: `MODULE:FUNCTION`. */
function modulesOf(programs: readonly ObjectProgram[]): string[] {
  const found = programs.flatMap(({ section, attachTarget }) => {
    const [module, name] = attachTarget?.split(':') ?? [];
    const isOfModule = sectionRule(section)?.attachesByBtf === true && name !== undefined && module !== 'vmlinux';
    return isOfModule && module !== undefined ? [module] : [];
  });
  return [...new Set(found)];
}
