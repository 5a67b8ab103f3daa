import type { BpfObject } from './bpf_object.js';
import { ELF_HEADER_SIZE, ELF_MAGIC, EM_BPF, ET_REL } from './elf/header.js';
import { BpfObjectError } from './object_error.js';
import { readBpfObject } from './read_object.js';

/** Headers that are looked at: more are not of a program that people run. */
const MOST_HEADERS = 1000;

/** What was found in the bytes of an executable, or of any other file. */
export interface EmbeddedObjects {
  /** In the order of the file; none is within another. */
  readonly objects: readonly BpfObject[];
  /** What begins as an object does, and cannot be read. */
  readonly errors: readonly BpfObjectError[];
}

/**
 * Finds the BPF objects in an executable, wherever they are: skeletons of libbpf have them among read-only data, Go programs as strings. One begins
 * with an ELF header of a relocatable file for machine EM_BPF. Looks at 1,000 headers at most.
 */
export function findEmbeddedObjects(bytes: Uint8Array): EmbeddedObjects {
  const objects: BpfObject[] = [];
  const errors: BpfObjectError[] = [];
  let headers = 0;
  for (let at = bytes.indexOf(0x7f); at >= 0 && headers < MOST_HEADERS; ) {
    let next = at + 1;
    if (isObjectHeader(bytes, at)) {
      headers++;
      try {
        const found = readBpfObject(bytes.subarray(at), at);
        objects.push(found);
        next = at + found.size;
      } catch (error) {
        if (!(error instanceof BpfObjectError)) throw error;
        errors.push(error);
      }
    }
    at = bytes.indexOf(0x7f, next);
  }
  return { objects, errors };
}

/** Whether the bytes at a place are an ELF header of a relocatable file for machine EM_BPF, of either byte order. */
export function isObjectHeader(bytes: Uint8Array, at: number): boolean {
  if (at + ELF_HEADER_SIZE > bytes.length) return false;
  for (let i = 0; i < ELF_MAGIC.length; i++) if (bytes[at + i] !== ELF_MAGIC[i]) return false;
  const [low, high] = bytes[at + 5] === 1 ? [0, 1] : [1, 0];
  const is16 = (place: number, value: number): boolean =>
    bytes[at + place + low] === (value & 0xff) && bytes[at + place + high] === value >> 8;
  return is16(16, ET_REL) && is16(18, EM_BPF);
}
