import { BPF_COMPLEXITY_LIMIT_INSNS } from '../abi/bpf.js';
import type { ByteReader } from './byte_reader.js';

/** A program that a light skeleton loads, as it is given to PROG_LOAD. */
export interface LightProgram {
  readonly name: string;
  /** enum bpf_prog_type, enum bpf_attach_type. */
  readonly progType: number;
  readonly expectedAttachType: number;
  readonly instructionCount: number;
  /** prog_flags. */
  readonly flags: number;
}

/** A map that a light skeleton makes, as it is given to MAP_CREATE; the application may change what is in it. */
export interface LightMap {
  readonly name: string;
  /** enum bpf_map_type. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

/** Where attributes are in union bpf_attr, in bytes. */
const PROGRAM = { size: 72, type: 0, count: 4, pointers: 8, flags: 44, name: 48, attachType: 68 } as const;
const MAP = { size: 44, type: 0, keySize: 4, valueSize: 8, entries: 12, flags: 16, name: 28 } as const;
const NAME_SIZE = 16;
/** More than any type has as a number. */
const MOST_TYPE = 64;

export function readLightProgram(data: ByteReader, place: number): LightProgram {
  const field = (offset: number) => data.u32(place + offset, 'an attribute of a program');
  return {
    name: nameAt(data.bytes, place + PROGRAM.name) ?? '',
    progType: field(PROGRAM.type),
    expectedAttachType: field(PROGRAM.attachType),
    instructionCount: field(PROGRAM.count),
    flags: field(PROGRAM.flags),
  };
}

export function readLightMap(data: ByteReader, place: number): LightMap {
  const field = (offset: number) => data.u32(place + offset, 'an attribute of a map');
  return {
    name: nameAt(data.bytes, place + MAP.name) ?? '',
    type: field(MAP.type),
    keySize: field(MAP.keySize),
    valueSize: field(MAP.valueSize),
    maxEntries: field(MAP.entries),
    flags: field(MAP.flags),
  };
}

/**
 * Whether bytes look like attributes of a program or a map: a type, a name, of a program a number of instructions, and pointers that the loader program
 * has not set yet.
 */
export function isNamed(bytes: Uint8Array, at: number, what: 'program' | 'map'): boolean {
  const { size, type, name } = what === 'program' ? PROGRAM : MAP;
  const number = wordAt(bytes, at + type);
  if (number === 0 || number >= MOST_TYPE || at + size > bytes.length) return false;
  if (what === 'program') {
    const count = wordAt(bytes, at + PROGRAM.count);
    if (count === 0 || count > BPF_COMPLEXITY_LIMIT_INSNS) return false;
    for (let i = 0; i < 16; i++) if (bytes[at + PROGRAM.pointers + i] !== 0) return false;
  }
  return (nameAt(bytes, at + name) ?? '') !== '';
}

function wordAt(bytes: Uint8Array, at: number): number {
  const byte = (i: number) => bytes[at + i] ?? 0xff;
  return (byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24)) >>> 0;
}

/** A name of up to 15 letters, digits, dots and underscores, with NUL bytes up to the end; undefined for anything else. */
function nameAt(bytes: Uint8Array, at: number): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(at, at + NAME_SIZE));
  return /^([\w.]{0,15})\0+$/.exec(text)?.[1];
}
