import { BPF_MAXINSNS } from '../abi/bpf.js';
import { NEWEST_PROFILE } from '../kernel/profile.js';
import type { LibertyName } from '../kernel/verifier/liberties.js';
import type { HelperCall, KfuncCall, ObjectProgram } from './bpf_object.js';
import type { ObjectFunction } from './functions.js';
import type { FunctionFacts, FunctionReader } from './instructions/function_facts.js';
import { INSTRUCTION_SIZE } from './instructions/instruction.js';
import { packetAccess } from './instructions/packet_access.js';
import { sectionRule } from './libbpf/section_rule.js';

/** Instructions of all programs of an object, and functions, those that programs share counted for each of them. */
const MOST_INSTRUCTIONS = 16_000_000;
const MOST_FUNCTIONS = 1_000_000;
const CGROUP_SKB = NEWEST_PROFILE.vocabulary.require('prog_types', 'cgroup_skb');

/** Reads programs with the functions that loaders link to them. What all of them have is bounded. */
export class ProgramReader {
  readonly #functions: FunctionReader;
  readonly #coreRelocations: ReadonlyMap<string, readonly number[]>;
  readonly #coreCounts = new Map<ObjectFunction, number>();
  #instructions = 0;
  #linked = 0;

  /** `coreRelocations`: the places of relocations against the kernel's types, in bytes, by section. */
  constructor(functions: FunctionReader, coreRelocations: ReadonlyMap<string, readonly number[]>) {
    this.#functions = functions;
    this.#coreRelocations = new Map(
      [...coreRelocations].map(([name, list]) => [name, [...list].sort((a, b) => a - b)]),
    );
  }

  /** Throws BpfObjectError where programs and their functions have more than 16,000,000 instructions or 1,000,000 functions together. */
  read(program: ObjectFunction): ObjectProgram {
    const { name, section } = program;
    const linked = this.#link(program);
    const facts = linked.map((one) => this.#functions.of(one));
    const some = (test: (one: FunctionFacts) => boolean) => facts.some(test);
    const instructionCount = linked.reduce((sum, { count }) => sum + count, 0);
    const isAutoloaded = !section.name.startsWith('?');
    const slash = section.name.indexOf('/');
    const rule = sectionRule(section.name);
    const calls = {
      helperCalls: facts.flatMap((one): readonly HelperCall[] => one.helperCalls),
      kfuncCalls: facts.flatMap((one): readonly KfuncCall[] => one.kfuncCalls),
      callsFunctions: some(({ callees }) => callees.size > 0),
      passesCallbacks: some(({ callbacks }) => callbacks.size > 0),
      hasBackEdges: some(({ hasBackEdges }) => hasBackEdges),
      usesArena: some(({ usesArena }) => usesArena),
    };
    const packets = rule?.progType === CGROUP_SKB ? packetAccess(program) : undefined;
    const needed: Partial<Record<LibertyName, boolean>> = {
      many_instructions: instructionCount > BPF_MAXINSNS,
      function_calls: calls.callsFunctions,
      callbacks: calls.passesCallbacks,
      kfunc_calls: calls.kfuncCalls.length > 0,
      may_goto: some(({ hasMayGoto }) => hasMayGoto),
      loops: calls.hasBackEdges,
      iterators: calls.kfuncCalls.some(({ name: kfunc }) => /^bpf_iter_\w+_next$/.test(kfunc)),
      arena: calls.usesArena,
      packet_pointers: packets?.readsPointers ?? false,
      packet_time: packets?.writesTime ?? false,
    };
    return {
      name,
      section: section.name,
      isAutoloaded,
      attachTarget: slash < 0 ? undefined : section.name.slice(slash + 1),
      isSleepable: rule?.isSleepable ?? false,
      instructionCount,
      functions: linked.slice(1).map((one) => one.name),
      ...calls,
      maps: [...new Set(facts.flatMap((one) => [...one.maps]))],
      externs: [...new Set(facts.flatMap((one) => [...one.externs]))],
      usesJumpTables: some(({ usesJumpTables }) => usesJumpTables),
      coreRelocationCount: linked.reduce((sum, one) => sum + this.#coreCount(one), 0),
      liberties: (Object.keys(needed) as LibertyName[]).filter((liberty) => needed[liberty]),
    };
  }

  /** A program and the functions that it reaches by calls and callbacks, each once, in the order in which they are found. */
  #link(program: ObjectFunction): ObjectFunction[] {
    const linked = new Set([program]);
    // A set is walked in the order in which it grows.
    for (const one of linked) {
      this.#instructions += one.count;
      this.#linked++;
      if (this.#instructions > MOST_INSTRUCTIONS || this.#linked > MOST_FUNCTIONS) {
        throw program.section.data.error(
          program.start * INSTRUCTION_SIZE,
          `the programs of an object must have at most ${MOST_INSTRUCTIONS} instructions in ${MOST_FUNCTIONS} functions, ` +
            'those that they share counted for each of them',
        );
      }
      const { callees, callbacks } = this.#functions.of(one);
      for (const next of callees) linked.add(next);
      for (const next of callbacks) linked.add(next);
    }
    return [...linked];
  }

  /** How many relocations are in a function. */
  #coreCount(found: ObjectFunction): number {
    const known = this.#coreCounts.get(found);
    if (known !== undefined) return known;
    const offsets = this.#coreRelocations.get(found.section.name) ?? [];
    const start = found.start * INSTRUCTION_SIZE;
    const count = firstFrom(offsets, start + found.count * INSTRUCTION_SIZE) - firstFrom(offsets, start);
    this.#coreCounts.set(found, count);
    return count;
  }
}

/** The index of the first number of a rising list that is at least `least`; the length where none is. */
function firstFrom(list: readonly number[], least: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
