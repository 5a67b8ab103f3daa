import { NEWEST_PROFILE } from '../kernel/profile.js';
import type { BpfObject, InnerMap, ObjectMap, ObjectProgram } from '../programs/bpf_object.js';
import { sectionRule } from '../programs/libbpf/section_rule.js';
import type { LibbpfRelease } from '../programs/libbpf/section_table.js';
import type { LightSkeleton } from '../programs/light_skeletons.js';
import type { ProgramFile } from '../programs/program_file.js';
import type { NeedsJson } from './schemas/needs.js';

/** A file that was read, with its name in messages. */
export interface ReadFile extends ProgramFile {
  readonly file: string;
}

type FileJson = NeedsJson['files'][number];
type ObjectJson = FileJson['objects'][number];

const { vocabulary } = NEWEST_PROFILE;
const STRUCT_OPS = vocabulary.require('prog_types', 'struct_ops');

/** What BPF objects hold, as JSON. */
export function needsJson(files: readonly ReadFile[], release: LibbpfRelease): NeedsJson {
  return {
    schema: 'bpf-token-sim/needs/1',
    libbpf: release,
    files: files.map(({ file, kind, objects, lightSkeletons, errors }) => ({
      file,
      kind,
      objects: objects.map((object) => objectJson(object, release)),
      light_skeletons: lightSkeletons.map(lightSkeletonJson),
      errors: errors.map(({ offset, message }) => ({ offset, message })),
    })),
  };
}

function lightSkeletonJson(skeleton: LightSkeleton): FileJson['light_skeletons'][number] {
  return {
    offset: skeleton.offset,
    instructions: skeleton.instructionCount,
    program_count: skeleton.programCount,
    map_count: skeleton.mapCount,
    btf_count: skeleton.btfCount,
    programs:
      skeleton.programs?.map(({ name, progType, expectedAttachType, instructionCount, flags }) => ({
        name,
        prog_type: vocabulary.nameOf('prog_types', progType),
        expected_attach_type: vocabulary.nameOf('attach_types', expectedAttachType),
        instructions: instructionCount,
        prog_flags: flags,
      })) ?? null,
    maps:
      skeleton.maps?.map(({ name, type, keySize, valueSize, maxEntries, flags }) => ({
        name,
        map_type: vocabulary.nameOf('map_types', type),
        key_size: keySize,
        value_size: valueSize,
        max_entries: maxEntries,
        map_flags: flags,
      })) ?? null,
  };
}

function objectJson(object: BpfObject, release: LibbpfRelease): ObjectJson {
  const { btf } = object;
  return {
    offset: object.offset,
    size: object.size,
    byte_order: object.byteOrder,
    license: object.license ?? null,
    gpl: object.isGpl,
    programs: object.programs.map((program) => objectProgramJson(program, release)),
    maps: object.maps.map(objectMapJson),
    externs: object.externs.map(({ name, kind, isWeak, isTyped }) => ({ name, kind, weak: isWeak, typed: isTyped })),
    btf: btf
      ? {
          types: btf.typeCount,
          kinds: btf.kinds,
          global_functions: btf.hasGlobalFunctions,
          datasecs: btf.datasecs.map(({ name, variableCount }) => ({ name, variables: variableCount })),
          decl_tags: btf.declTags,
          type_tags: btf.typeTags,
          func_info: btf.hasFuncInfo,
          line_info: btf.hasLineInfo,
          core_relocations: btf.hasCoreRelocations,
        }
      : null,
    needs_kernel_btf: object.needsKernelBtf,
    modules: object.modules,
  };
}

function objectProgramJson(program: ObjectProgram, release: LibbpfRelease): ObjectJson['programs'][number] {
  const rule = sectionRule(program.section, release);
  return {
    name: program.name,
    section: program.section,
    prog_type: rule ? vocabulary.nameOf('prog_types', rule.progType) : null,
    expected_attach_type:
      rule && rule.progType !== STRUCT_OPS ? vocabulary.nameOf('attach_types', rule.expectedAttachType) : null,
    attach_type_optional: rule?.isAttachTypeOptional ?? false,
    attaches_by_btf: rule?.attachesByBtf ?? false,
    attach_target: program.attachTarget ?? null,
    sleepable: rule?.isSleepable ?? false,
    autoload: program.isAutoloaded,
    instructions: program.instructionCount,
    functions: program.functions,
    helper_calls: program.helperCalls.map(({ id, name, function: own, instruction }) => ({
      id,
      name,
      function: own,
      instruction,
    })),
    kfunc_calls: program.kfuncCalls.map(({ name, isWeak, function: own, instruction }) => ({
      name,
      weak: isWeak,
      function: own,
      instruction,
    })),
    maps: program.maps,
    externs: program.externs,
    liberties: program.liberties,
    core_relocations: program.coreRelocationCount,
  };
}

function objectMapJson(map: ObjectMap): ObjectJson['maps'][number] {
  const { structOps } = map;
  return {
    name: map.name,
    definition: map.definition,
    section: map.section,
    ...attributesJson(map),
    pinned: map.pinning === 1,
    autocreate: map.isAutocreated,
    inner: map.inner ? attributesJson(map.inner) : null,
    initial_slots: map.initialSlots.map(({ index, name }) => ({ index, name })),
    struct_ops: structOps
      ? {
          type: structOps.type,
          link: structOps.isLink,
          programs: structOps.programs.map(({ member, program }) => ({ member, program })),
        }
      : null,
  };
}

function attributesJson(map: InnerMap) {
  return {
    map_type: vocabulary.nameOf('map_types', map.type),
    key_size: map.keySize,
    value_size: map.valueSize,
    max_entries: map.maxEntries,
    map_flags: map.flags,
    numa_node: map.numaNode ?? null,
    map_extra: `0x${map.extra.toString(16)}`,
    btf_types: map.hasBtfTypes,
    btf_needs: map.btfNeeds,
  };
}
