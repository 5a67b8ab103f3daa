import type { BpfObject } from './bpf_object.js';
import { ELF_MAGIC, ET_REL } from './elf/header.js';
import { findEmbeddedObjects } from './embedded_objects.js';
import { findLightSkeletons, type LightSkeleton } from './light_skeletons.js';
import type { BpfObjectError } from './object_error.js';
import { readBpfObject } from './read_object.js';

/** What a file holds: it is a BPF object, or it carries some. */
export interface ProgramFile {
  readonly kind: 'object' | 'executable';
  readonly objects: readonly BpfObject[];
  /** Of an executable. */
  readonly lightSkeletons: readonly LightSkeleton[];
  /** Of an executable, what begins as an object does and cannot be read. */
  readonly errors: readonly BpfObjectError[];
}

/** Reads a BPF object, or finds those in any other file. Throws BpfObjectError for a relocatable ELF file that is not a BPF object. */
export function readProgramFile(bytes: Uint8Array): ProgramFile {
  const isRelocatable =
    ELF_MAGIC.every((byte, i) => bytes[i] === byte) && (bytes[16] ?? 0) + (bytes[17] ?? 0) === ET_REL;
  if (isRelocatable) return { kind: 'object', objects: [readBpfObject(bytes)], lightSkeletons: [], errors: [] };
  return { kind: 'executable', ...findEmbeddedObjects(bytes), lightSkeletons: findLightSkeletons(bytes) };
}
