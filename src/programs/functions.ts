import type { ElfFile } from './elf/elf_file.js';
import { type ElfSection, SHF_EXECINSTR, SHT_PROGBITS } from './elf/sections.js';
import { type ElfSymbol, STB_LOCAL, STT_FUNC } from './elf/symbols.js';
import { INSTRUCTION_SIZE } from './instructions/instruction.js';
import { BpfObjectError } from './object_error.js';

/** A function of an object: a program, or one that programs call. */
export interface ObjectFunction {
  readonly name: string;
  readonly section: ElfSection;
  /** Instructions of 8 bytes before it in the section. */
  readonly start: number;
  readonly count: number;
  /** Whether its symbol is static. */
  readonly isLocal: boolean;
}

/** The section of functions that programs call; what is in it is no program. */
const LIBRARY_SECTION = '.text';

/** The functions of an object, by section and place. */
export class ObjectFunctions {
  /** By section of the file, then by place. */
  readonly all: readonly ObjectFunction[];
  readonly #byPlace: ReadonlyMap<number, ReadonlyMap<number, ObjectFunction>>;

  /** Throws BpfObjectError for functions that are not whole instructions within their section, or that overlap. */
  constructor({ sections, symbols }: ElfFile) {
    const bySection = new Map<number, ElfSymbol[]>();
    for (const symbol of symbols) {
      if (symbol.type !== STT_FUNC) continue;
      const list = bySection.get(symbol.section) ?? [];
      list.push(symbol);
      bySection.set(symbol.section, list);
    }
    this.all = sections
      .filter(isExecutable)
      .flatMap((section) => functionsOf(section, bySection.get(section.index) ?? []));
    const byPlace = new Map<number, Map<number, ObjectFunction>>();
    for (const found of this.all) {
      const places = byPlace.get(found.section.index) ?? new Map<number, ObjectFunction>();
      // Of several names for one place the first counts.
      if (!places.has(found.start)) places.set(found.start, found);
      byPlace.set(found.section.index, places);
    }
    this.#byPlace = byPlace;
  }

  /** The function that begins at an instruction of a section. */
  at(section: number, start: number): ObjectFunction | undefined {
    return this.#byPlace.get(section)?.get(start);
  }

  /** Those that libbpf takes for programs: prog_is_subprog() of libbpf. */
  get programs(): readonly ObjectFunction[] {
    return this.all.filter(({ section, isLocal }) => section.name !== LIBRARY_SECTION && !isLocal);
  }
}

/** Whether a section holds instructions. */
export function isExecutable({ type, flags, data }: ElfSection): boolean {
  return type === SHT_PROGBITS && (flags & SHF_EXECINSTR) !== 0 && data.length > 0;
}

function functionsOf(section: ElfSection, symbols: readonly ElfSymbol[]): ObjectFunction[] {
  const found = symbols.map((symbol) => checkedFunction(section, symbol)).sort((a, b) => a.start - b.start);
  for (const [k, { name, start, count }] of found.entries()) {
    const before = found[k - 1];
    if (!before || before.start + before.count <= start || (before.start === start && before.count === count)) continue;
    throw section.data.error(
      start * INSTRUCTION_SIZE,
      `functions must not overlap; ${name} begins within ${before.name}`,
    );
  }
  return found;
}

function checkedFunction(section: ElfSection, { name, value, size, binding, at }: ElfSymbol): ObjectFunction {
  if (value % INSTRUCTION_SIZE !== 0 || size % INSTRUCTION_SIZE !== 0 || size === 0) {
    throw new BpfObjectError(
      at,
      `function ${name} must be whole instructions of ${INSTRUCTION_SIZE} bytes; it begins at ${value} and has ${size} bytes`,
    );
  }
  section.data.check(value, size, `function ${name}`);
  return {
    name,
    section,
    start: value / INSTRUCTION_SIZE,
    count: size / INSTRUCTION_SIZE,
    isLocal: binding === STB_LOCAL,
  };
}
