import type { ByteReader } from '../byte_reader.js';
import { TerminatedStrings } from '../terminated_strings.js';
import { type ElfHeader, SECTION_HEADER_SIZE } from './header.js';

export const SHT_NULL = 0;
export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_NOBITS = 8;
export const SHT_REL = 9;
export const SHF_EXECINSTR = 4;

/** A section of an ELF file. */
export interface ElfSection {
  readonly index: number;
  readonly name: string;
  /** SHT_*. */
  readonly type: number;
  /** SHF_*: the low 32 bits. */
  readonly flags: number;
  /** In bytes, from the ELF header. */
  readonly offset: number;
  readonly size: number;
  /** Another section, by type: of symbols the one with their names, of relocations the one with symbols. */
  readonly link: number;
  /** Of relocations the section that they are for. */
  readonly info: number;
  readonly entrySize: number;
  /** Its bytes; empty where the file has none of it (NOBITS). */
  readonly data: ByteReader;
}

/** Reads the sections: their bytes are within the file, and no two share any. Throws BpfObjectError otherwise. */
export function readSections({ reader, sectionHeaders, sectionCount, namesIndex }: ElfHeader): ElfSection[] {
  const raw: RawSection[] = [];
  for (let i = 0; i < sectionCount; i++) {
    raw.push(rawSection(reader, i, sectionHeaders + i * SECTION_HEADER_SIZE));
  }
  checkOverlap(reader, raw);
  const names = raw[namesIndex];
  if (!names) {
    throw reader.error(62, `e_shstrndx must be less than the number of sections, ${sectionCount}; it is ${namesIndex}`);
  }
  const table = new TerminatedStrings(names.data);
  return raw.map(({ nameOffset, at: _, ...section }) => ({
    ...section,
    name: table.at(nameOffset, `the name of section ${section.index}`),
  }));
}

interface RawSection extends Omit<ElfSection, 'name'> {
  readonly nameOffset: number;
  /** Where its header is. */
  readonly at: number;
}

function rawSection(reader: ByteReader, index: number, at: number): RawSection {
  const what = (field: string) => `${field} of section ${index}`;
  const type = reader.u32(at + 4, what('sh_type'));
  // The first header is of no section: it holds numbers that do not fit the ELF header.
  const isEmpty = type === SHT_NULL || type === SHT_NOBITS;
  const offset = reader.size64(at + 24, what('sh_offset'));
  const size = reader.size64(at + 32, what('sh_size'));
  return {
    index,
    at,
    nameOffset: reader.u32(at, what('sh_name')),
    type,
    flags: Number(reader.u64(at + 8, what('sh_flags')) & 0xffff_ffffn),
    offset,
    size,
    link: reader.u32(at + 40, what('sh_link')),
    info: reader.u32(at + 44, what('sh_info')),
    entrySize: reader.size64(at + 56, what('sh_entsize')),
    data: isEmpty ? reader.within(0, 0, `section ${index}`) : reader.within(offset, size, `section ${index}`),
  };
}

/** Bytes that several sections share would be read several times: what reading costs must be linear. */
function checkOverlap(reader: ByteReader, sections: readonly RawSection[]): void {
  const filled = sections.filter(({ data }) => data.length > 0).sort((a, b) => a.offset - b.offset);
  for (const [k, section] of filled.entries()) {
    const before = filled[k - 1];
    if (!before || before.offset + before.size <= section.offset) continue;
    throw reader.error(
      section.at + 24,
      `sections must not share bytes; section ${section.index} begins at byte ${section.offset}, ` +
        `section ${before.index} ends at byte ${before.offset + before.size}`,
    );
  }
}
