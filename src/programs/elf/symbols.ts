import { TerminatedStrings } from '../terminated_strings.js';
import { type ElfSection, SHT_SYMTAB } from './sections.js';

const SYMBOL_SIZE = 24;
export const STB_LOCAL = 0;
export const STB_WEAK = 2;
export const STT_NOTYPE = 0;
export const STT_FUNC = 2;
export const STT_SECTION = 3;
export const SHN_UNDEF = 0;

/** A symbol of an ELF file. */
export interface ElfSymbol {
  readonly index: number;
  /** Empty of a symbol for a section. */
  readonly name: string;
  /** In bytes from the start of its section. */
  readonly value: number;
  readonly size: number;
  /** STB_*. */
  readonly binding: number;
  /** STT_*. */
  readonly type: number;
  /** The section that has it: SHN_UNDEF, a section, or a number from 0xff00 on with a meaning of its own. */
  readonly section: number;
  /** Where its entry is, in bytes of what was given to read. */
  readonly at: number;
}

/** The symbols of a file; none where it has no symbol table. Throws BpfObjectError for two tables, and for what is not in bounds. */
export function readSymbols(sections: readonly ElfSection[]): ElfSymbol[] {
  const [table, second] = sections.filter(({ type }) => type === SHT_SYMTAB);
  if (!table) return [];
  const { data, link, index } = table;
  if (second) throw second.data.error(0, `there must be one symbol table; sections ${index} and ${second.index} are`);
  const names = sections[link];
  if (!names) {
    throw data.error(0, `sh_link of section ${index} must be a section with names; there is no section ${link}`);
  }
  if (data.length % SYMBOL_SIZE !== 0) {
    throw data.error(0, `the size of the symbol table must be a multiple of ${SYMBOL_SIZE}; it is ${data.length}`);
  }
  const strings = new TerminatedStrings(names.data);
  return Array.from({ length: data.length / SYMBOL_SIZE }, (_, i) => {
    const at = i * SYMBOL_SIZE;
    const what = (field: string) => `${field} of symbol ${i}`;
    const info = data.u8(at + 4, what('st_info'));
    return {
      index: i,
      name: strings.at(data.u32(at, what('st_name')), what('the name')),
      value: data.size64(at + 8, what('st_value')),
      size: data.size64(at + 16, what('st_size')),
      binding: info >> 4,
      type: info & 0xf,
      section: data.u16(at + 6, what('st_shndx')),
      at: data.base + at,
    };
  });
}
