import type { ElfFile } from '../elf/elf_file.js';
import { type ElfSymbol, STT_FUNC, STT_SECTION } from '../elf/symbols.js';
import { btfNeedsOfType } from './map_types.js';
import { PLAIN_MAP, type PlacedMap } from './placed_map.js';

const LEGACY_SECTION = 'maps';

/**
 * The maps of section `maps`: at each symbol a struct bpf_map_def, five numbers of 32 bits (type, sizes of key and value, entries, flags). What
 * follows them has a meaning of its own for each loader, and is not read. Throws BpfObjectError where one is not whole.
 */
export function readLegacyMaps({ sections, symbols }: ElfFile): PlacedMap[] {
  // cilium/ebpf takes `maps/…` too.
  const found = sections.filter(({ name }) => name === LEGACY_SECTION || name.startsWith(`${LEGACY_SECTION}/`));
  const symbolsOf = new Map<number, ElfSymbol[]>(found.map(({ index }) => [index, []]));
  for (const symbol of symbols) {
    if (symbol.type !== STT_SECTION && symbol.type !== STT_FUNC) symbolsOf.get(symbol.section)?.push(symbol);
  }
  return found.flatMap((section) =>
    (symbolsOf.get(section.index) ?? [])
      .sort((a, b) => a.value - b.value)
      .map(({ name, value }) => {
        const field = (k: number) => section.data.u32(value + 4 * k, `map ${name}`);
        const type = field(0);
        return {
          map: {
            ...PLAIN_MAP,
            name,
            definition: 'legacy' as const,
            section: section.name,
            type,
            keySize: field(1),
            valueSize: field(2),
            maxEntries: field(3),
            flags: field(4),
            btfNeeds: btfNeedsOfType(type),
          },
          section: section.index,
          offset: value,
        };
      }),
  );
}
