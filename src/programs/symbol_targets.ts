import type { ObjectExtern } from './bpf_object.js';
import type { ElfFile } from './elf/elf_file.js';
import type { ElfSymbol } from './elf/symbols.js';
import { STT_SECTION } from './elf/symbols.js';
import { isExtern } from './externs.js';
import { isExecutable, type ObjectFunction, type ObjectFunctions } from './functions.js';
import { INSTRUCTION_SIZE } from './instructions/instruction.js';
import { ARENA } from './maps/map_types.js';
import type { PlacedMap } from './maps/placed_map.js';

/** What an instruction refers to by a relocation. */
export type Target =
  | { readonly kind: 'map'; readonly name: string; readonly isArena: boolean }
  | { readonly kind: 'function'; readonly function: ObjectFunction }
  | { readonly kind: 'extern'; readonly extern: ObjectExtern }
  | { readonly kind: 'jump_table' };

/** The section of variables in an arena, and that of the targets of indirect jumps. */
const ARENA_SECTION = '.addr_space.1';
const JUMP_TABLES_SECTION = '.jumptables';

/** Says what symbols of an object stand for. Source: bpf_program__record_reloc() of libbpf. */
export class SymbolTargets {
  readonly #elf: ElfFile;
  readonly #functions: ObjectFunctions;
  readonly #externs: ReadonlyMap<string, ObjectExtern>;
  /** By section and offset; by section alone where any place is of one map. */
  readonly #maps = new Map<string, PlacedMap>();
  readonly #arena: PlacedMap | undefined;
  readonly #kconfig: PlacedMap | undefined;

  constructor(elf: ElfFile, functions: ObjectFunctions, externs: readonly ObjectExtern[], maps: readonly PlacedMap[]) {
    this.#elf = elf;
    this.#functions = functions;
    this.#externs = new Map(externs.map((one) => [one.name, one]));
    for (const map of maps) this.#maps.set(keyOf(map.section, map.offset), map);
    this.#arena = maps.find(({ map }) => map.type === ARENA);
    this.#kconfig = maps.find(({ section }) => section === undefined);
  }

  /** The map of the values of the kernel's configuration, which externs of kind kconfig are read from. */
  get kconfigMap(): string | undefined {
    return this.#kconfig?.map.name;
  }

  /**
   * What a symbol stands for, with what the instruction adds to it: instructions of a function that is called (the number of them after the
   * call), bytes otherwise. Undefined for a symbol of nothing that is known.
   */
  of(symbol: ElfSymbol, added: number, isCall: boolean): Target | undefined {
    if (isExtern(symbol)) {
      const extern = this.#externs.get(symbol.name);
      return extern && { kind: 'extern', extern };
    }
    const section = this.#elf.sections[symbol.section];
    if (!section) return undefined;
    if (isExecutable(section)) {
      const start = isCall ? symbol.value / INSTRUCTION_SIZE + added + 1 : (symbol.value + added) / INSTRUCTION_SIZE;
      const found = this.#functions.at(section.index, start);
      return found && { kind: 'function', function: found };
    }
    if (section.name === JUMP_TABLES_SECTION) return { kind: 'jump_table' };
    if (section.name === ARENA_SECTION) return asTarget(this.#arena);
    const offset = symbol.value + (symbol.type === STT_SECTION ? added : 0);
    return asTarget(this.#maps.get(keyOf(section.index, offset)) ?? this.#maps.get(keyOf(section.index, undefined)));
  }
}

function keyOf(section: number | undefined, offset: number | undefined): string {
  return `${section} ${offset}`;
}

function asTarget(placed: PlacedMap | undefined): Target | undefined {
  return placed && { kind: 'map', name: placed.map.name, isArena: placed.map.type === ARENA };
}
