import { BpfObjectError } from '../object_error.js';
import { type ElfSection, SHT_REL } from './sections.js';
import type { ElfSymbol } from './symbols.js';

const RELOCATION_SIZE = 16;

/** A relocation: a place of a section that refers to a symbol. */
export interface ElfRelocation {
  /** In bytes from the start of the section that it is for. */
  readonly offset: number;
  readonly symbol: ElfSymbol;
  /** Where its entry is, in bytes of what was given to read. */
  readonly at: number;
}

/** The relocations for each section, by index of that section, in the order of the file. Throws BpfObjectError for symbols that there are none of. */
export function readRelocations(
  sections: readonly ElfSection[],
  symbols: readonly ElfSymbol[],
): ReadonlyMap<number, readonly ElfRelocation[]> {
  const found = new Map<number, ElfRelocation[]>();
  for (const section of sections) {
    if (section.type !== SHT_REL || !isRead(sections[section.info])) continue;
    const list = found.get(section.info) ?? [];
    for (const relocation of relocationsOf(section, symbols)) list.push(relocation);
    found.set(section.info, list);
  }
  return found;
}

/** Relocations of debug information and of BTF are not read. */
function isRead(target: ElfSection | undefined): boolean {
  return target !== undefined && !/^\.(debug_|BTF$|BTF\.ext$)/.test(target.name);
}

function* relocationsOf({ data, index }: ElfSection, symbols: readonly ElfSymbol[]): Generator<ElfRelocation> {
  if (data.length % RELOCATION_SIZE !== 0) {
    throw data.error(0, `the size of section ${index} must be a multiple of ${RELOCATION_SIZE}; it is ${data.length}`);
  }
  for (let at = 0; at < data.length; at += RELOCATION_SIZE) {
    const number = Number(data.u64(at + 8, 'r_info') >> 32n);
    const symbol = symbols[number];
    if (!symbol) {
      throw new BpfObjectError(
        data.base + at + 8,
        `the symbol of a relocation must be less than ${symbols.length}; it is ${number}`,
      );
    }
    yield { offset: data.size64(at, 'r_offset'), symbol, at: data.base + at };
  }
}
