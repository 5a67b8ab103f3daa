import type { ByteOrder } from '../bpf_object.js';
import { readElfHeader, SECTION_HEADER_SIZE } from './header.js';
import { type ElfRelocation, readRelocations } from './relocations.js';
import { type ElfSection, readSections } from './sections.js';
import { type ElfSymbol, readSymbols } from './symbols.js';

/** A BPF object as an ELF file. */
export interface ElfFile {
  readonly byteOrder: ByteOrder;
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  /** By index of the section that they are for. */
  readonly relocations: ReadonlyMap<number, readonly ElfRelocation[]>;
  /** Bytes from the ELF header to the end of the last section or of the section headers. */
  readonly size: number;
}

/** Reads an ELF64 file of a BPF object. `base`: where `bytes` are in what was given. Throws BpfObjectError for a file that is not one. */
export function readElf(bytes: Uint8Array, base: number): ElfFile {
  const header = readElfHeader(bytes, base);
  const sections = readSections(header);
  const symbols = readSymbols(sections);
  return {
    byteOrder: header.reader.byteOrder,
    sections,
    symbols,
    relocations: readRelocations(sections, symbols),
    size: sections.reduce(
      (end, { offset, data }) => (data.length > 0 ? Math.max(end, offset + data.length) : end),
      header.sectionHeaders + header.sectionCount * SECTION_HEADER_SIZE,
    ),
  };
}
