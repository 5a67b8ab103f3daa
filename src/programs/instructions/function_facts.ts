import { HELPER_NAMES } from '../../abi/program_rules.generated.js';
import type { HelperCall, KfuncCall } from '../bpf_object.js';
import type { ElfRelocation } from '../elf/relocations.js';
import type { ObjectFunction, ObjectFunctions } from '../functions.js';
import type { SymbolTargets, Target } from '../symbol_targets.js';
import {
  CALL,
  INSTRUCTION_SIZE,
  type Instruction,
  instructionAt,
  isArenaCast,
  isMayGoto,
  jumpDistance,
  LOAD_IMMEDIATE_64,
  PSEUDO_CALL,
  PSEUDO_KFUNC_CALL,
} from './instruction.js';

/** What the instructions of one function do. */
export interface FunctionFacts {
  readonly helperCalls: HelperCall[];
  readonly kfuncCalls: KfuncCall[];
  /** Functions of the object that it calls, and that it passes as callbacks, in the order of instructions, each once. */
  readonly callees: Set<ObjectFunction>;
  readonly callbacks: Set<ObjectFunction>;
  readonly maps: Set<string>;
  readonly externs: Set<string>;
  hasBackEdges: boolean;
  hasMayGoto: boolean;
  usesArena: boolean;
  usesJumpTables: boolean;
}

/** Finds what functions of an object do. Each is looked at once. */
export class FunctionReader {
  readonly #targets: SymbolTargets;
  readonly #functions: ObjectFunctions;
  readonly #relocations: (section: number) => ReadonlyMap<number, ElfRelocation>;
  readonly #known = new Map<ObjectFunction, FunctionFacts>();

  /** `relocations`: those of a section, by offset in bytes. */
  constructor(
    targets: SymbolTargets,
    functions: ObjectFunctions,
    relocations: (section: number) => ReadonlyMap<number, ElfRelocation>,
  ) {
    this.#targets = targets;
    this.#functions = functions;
    this.#relocations = relocations;
  }

  of(found: ObjectFunction): FunctionFacts {
    const known = this.#known.get(found);
    if (known) return known;
    const facts = this.#read(found);
    this.#known.set(found, facts);
    return facts;
  }

  #read(found: ObjectFunction): FunctionFacts {
    const facts: FunctionFacts = {
      helperCalls: [],
      kfuncCalls: [],
      callees: new Set(),
      callbacks: new Set(),
      maps: new Set(),
      externs: new Set(),
      hasBackEdges: false,
      hasMayGoto: false,
      usesArena: false,
      usesJumpTables: false,
    };
    const { section, start, count } = found;
    const relocations = this.#relocations(section.index);
    for (let i = 0; i < count; i++) {
      const instruction = instructionAt(section.data, start + i);
      const relocation = relocations.get((start + i) * INSTRUCTION_SIZE);
      const isCall = instruction.code === CALL;
      const target = relocation && this.#targets.of(relocation.symbol, instruction.imm, isCall);
      if (isCall) this.#call(facts, found, i, instruction, target, relocation);
      else if (target) refer(facts, target, this.#targets.kconfigMap);
      const distance = jumpDistance(instruction);
      if (distance !== undefined && distance < 0) facts.hasBackEdges = true;
      if (isMayGoto(instruction)) facts.hasMayGoto = true;
      if (isArenaCast(instruction)) facts.usesArena = true;
      // The second half of a load of 64 bits is no instruction.
      if (instruction.code === LOAD_IMMEDIATE_64) i++;
    }
    return facts;
  }

  #call(
    facts: FunctionFacts,
    { name, section, start }: ObjectFunction,
    instruction: number,
    { src, imm }: Instruction,
    target: Target | undefined,
    relocation: ElfRelocation | undefined,
  ): void {
    const place = { function: name, instruction };
    if (target?.kind === 'extern') {
      facts.kfuncCalls.push({ name: target.extern.name, isWeak: target.extern.isWeak, ...place });
    } else if (src === PSEUDO_CALL) {
      // Within a section the call says how far the function is, and there is no relocation.
      const own = relocation ? undefined : this.#functions.at(section.index, start + instruction + imm + 1);
      const callee = target?.kind === 'function' ? target.function : own;
      if (callee) facts.callees.add(callee);
    } else if (src === PSEUDO_KFUNC_CALL) {
      facts.kfuncCalls.push({ name: `BTF id ${imm}`, isWeak: false, ...place });
    } else if (src === 0) {
      facts.helperCalls.push({ id: imm, name: HELPER_NAMES[imm - 1] ?? String(imm), ...place });
    }
  }
}

function refer(facts: FunctionFacts, target: Target, kconfigMap: string | undefined): void {
  switch (target.kind) {
    case 'map':
      facts.maps.add(target.name);
      facts.usesArena ||= target.isArena;
      break;
    case 'function':
      facts.callbacks.add(target.function);
      break;
    case 'extern':
      facts.externs.add(target.extern.name);
      if (target.extern.kind === 'kconfig' && kconfigMap !== undefined) facts.maps.add(kconfigMap);
      break;
    case 'jump_table':
      facts.usesJumpTables = true;
      break;
  }
}
