import type { ByteOrder } from '../bpf_object.js';
import { ByteReader } from '../byte_reader.js';
import { BpfObjectError } from '../object_error.js';

export const ELF_HEADER_SIZE = 64;
export const SECTION_HEADER_SIZE = 64;
/** 0x7f, `E`, `L`, `F`. */
export const ELF_MAGIC: readonly number[] = [0x7f, 0x45, 0x4c, 0x46];
const ELFCLASS64 = 2;
const ELFDATA2LSB = 1;
const ELFDATA2MSB = 2;
export const ET_REL = 1;
export const EM_BPF = 247;
const SHN_XINDEX = 0xffff;

/** What the header of an ELF file says, as far as it matters for a BPF object. */
export interface ElfHeader {
  /** Of the whole file. */
  readonly reader: ByteReader;
  /** Where the section headers begin. In bytes from the ELF header. */
  readonly sectionHeaders: number;
  readonly sectionCount: number;
  /** The section with the names of sections. */
  readonly namesIndex: number;
}

/**
 * Reads the header of a BPF object: ELF64 of either byte order, relocatable, machine EM_BPF or none. `base`: where the bytes are in what was
 * given. Throws BpfObjectError for anything else. Source: bpf_object__elf_init() of libbpf.
 */
export function readElfHeader(bytes: Uint8Array, base: number): ElfHeader {
  const reader = new ByteReader(bytes, byteOrderOf(bytes, base), base, 'the file');
  reader.check(0, ELF_HEADER_SIZE, 'the ELF header');
  const type = reader.u16(16, 'e_type');
  if (type !== ET_REL) throw reader.error(16, `e_type must be 1 (relocatable) in a BPF object; it is ${type}`);
  const machine = reader.u16(18, 'e_machine');
  if (machine !== EM_BPF && machine !== 0) {
    throw reader.error(18, `e_machine must be 247 (EM_BPF), or 0, in a BPF object; it is ${machine}`);
  }
  const sectionHeaders = reader.size64(40, 'e_shoff');
  const entrySize = reader.u16(58, 'e_shentsize');
  if (sectionHeaders === 0) throw reader.error(40, 'a BPF object must have sections; e_shoff is 0');
  if (entrySize !== SECTION_HEADER_SIZE) {
    throw reader.error(58, `e_shentsize must be ${SECTION_HEADER_SIZE}; it is ${entrySize}`);
  }
  reader.check(sectionHeaders, SECTION_HEADER_SIZE, 'the first section header');
  // Numbers that 16 bits do not hold are in the first section header.
  const sectionCount =
    reader.u16(60, 'e_shnum') || reader.size64(sectionHeaders + 32, 'the number of sections in sh_size of section 0');
  const namesIndex = reader.u16(62, 'e_shstrndx');
  reader.check(sectionHeaders, sectionCount * SECTION_HEADER_SIZE, 'the table of section headers');
  return {
    reader,
    sectionHeaders,
    sectionCount,
    namesIndex: namesIndex === SHN_XINDEX ? reader.u32(sectionHeaders + 40, 'sh_link of section 0') : namesIndex,
  };
}

function byteOrderOf(bytes: Uint8Array, base: number): ByteOrder {
  const isElf = ELF_MAGIC.every((byte, i) => bytes[i] === byte);
  if (!isElf) throw new BpfObjectError(base, 'a BPF object must begin with the bytes 7f 45 4c 46 (ELF)');
  if (bytes[4] !== ELFCLASS64) {
    throw new BpfObjectError(base + 4, `a BPF object must be of ELF class 2 (64 bits); its class is ${bytes[4]}`);
  }
  if (bytes[5] === ELFDATA2LSB) return 'little';
  if (bytes[5] === ELFDATA2MSB) return 'big';
  throw new BpfObjectError(base + 5, `the byte order must be 1 (little) or 2 (big); it is ${bytes[5]}`);
}
