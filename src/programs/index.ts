export type {
  BpfObject,
  BtfDatasec,
  BtfFacts,
  BtfKind,
  ByteOrder,
  HelperCall,
  InitialSlot,
  InnerMap,
  InstructionPlace,
  KfuncCall,
  MapBtfNeed,
  MapDefinition,
  ObjectExtern,
  ObjectMap,
  ObjectProgram,
  StructOps,
  StructOpsProgram,
} from './bpf_object.js';
export { BTF_KINDS } from './bpf_object.js';
export { type EmbeddedObjects, findEmbeddedObjects } from './embedded_objects.js';
export { type LeastDelegation, leastDelegation, type MinimalityProof } from './least/least_delegation.js';
export { NEWEST_LIBBPF, SECTION_RULES, type SectionRule, sectionRule } from './libbpf/section_rule.js';
export { LIBBPF_RELEASES, type LibbpfRelease } from './libbpf/section_table.js';
export type { LightMap, LightProgram } from './light_attributes.js';
export { findLightSkeletons, type LightSkeleton } from './light_skeletons.js';
export { type Delegated, loadDelegated, type TargetKernel } from './loaders/delegated_load.js';
export { LOADER_NAMES, type LoaderName } from './loaders/loader_names.js';
export { BpfObjectError } from './object_error.js';
export { type ProgramFile, readProgramFile } from './program_file.js';
export { readBpfObject } from './read_object.js';
