import { ByteReader } from './byte_reader.js';
import { INSTRUCTION_SIZE, instructionAt } from './instructions/instruction.js';
import { isNamed, type LightMap, type LightProgram, readLightMap, readLightProgram } from './light_attributes.js';

/**
 * A light skeleton of bpftool: a program of type syscall that makes the bpf() calls of a loader, and the data that they take. It is loaded without a token,
 * and its calls are made without one: it needs CAP_BPF in the initial user namespace.
 */
export interface LightSkeleton {
  /** Where the loader program is in what was given. In bytes. */
  readonly offset: number;
  readonly instructionCount: number;
  /** How often it calls bpf() for each. */
  readonly programCount: number;
  readonly mapCount: number;
  readonly btfCount: number;
  /** What it loads and makes; undefined where the data of the skeleton was not found. */
  readonly programs: readonly LightProgram[] | undefined;
  readonly maps: readonly LightMap[] | undefined;
}

/** What loader programs begin with, `undefined` for any byte: r6 = r1; r1 = r10; r1 += X; r2 = X; r3 = 0; call probe_read_kernel. */
const START: readonly (number | undefined)[] = [
  ...[0xbf, 0x16, 0, 0, 0, 0, 0, 0],
  ...[0xbf, 0xa1, 0, 0, 0, 0, 0, 0],
  ...[0x07, 0x01, 0, 0, undefined, undefined, undefined, undefined],
  ...[0xb7, 0x02, 0, 0, undefined, undefined, undefined, undefined],
  ...[0xb7, 0x03, 0, 0, 0, 0, 0, 0],
  ...[0x85, 0x00, 0, 0, 113, 0, 0, 0],
];
const [MOVE_IMMEDIATE, LOAD_64, CALL, EXIT] = [0xb7, 0x18, 0x85, 0x95];
/** src of LOAD_64: BPF_PSEUDO_MAP_IDX_VALUE, a place in the data. */
const DATA_PLACE = 6;
const SYS_BPF = 166;
const [MAP_CREATE, PROG_LOAD, BTF_LOAD] = [0, 5, 18];
/** The longest program that the kernel takes, and what is looked at. */
const MOST_INSTRUCTIONS = 1_000_000;
/** Beginnings of loader programs that are looked at. */
const MOST_BEGINNINGS = 64;
/** The data is near the program: compilers keep what a function refers to together. In bytes. */
const MOST_DISTANCE = 1 << 20;

interface BpfCall {
  readonly command: number;
  /** Where its attributes are in the data. */
  readonly place: number;
}

/** Finds the light skeletons in an executable, of little-endian machines. Source: bpf_gen__init(), emit_sys_bpf() of libbpf. */
export function findLightSkeletons(bytes: Uint8Array): LightSkeleton[] {
  const found: LightSkeleton[] = [];
  let beginnings = 0;
  for (let at = bytes.indexOf(START[0] as number); at >= 0 && beginnings < MOST_BEGINNINGS; ) {
    const isBeginning = beginsAt(bytes, at);
    if (isBeginning) beginnings++;
    const skeleton = isBeginning ? readSkeleton(bytes, at) : undefined;
    if (skeleton) found.push(skeleton);
    at = bytes.indexOf(START[0] as number, at + (skeleton ? skeleton.instructionCount * INSTRUCTION_SIZE : 1));
  }
  return found;
}

function beginsAt(bytes: Uint8Array, at: number): boolean {
  return START.every((byte, i) => byte === undefined || bytes[at + i] === byte);
}

function readSkeleton(bytes: Uint8Array, at: number): LightSkeleton | undefined {
  const { calls, count } = callsOf(new ByteReader(bytes.subarray(at), 'little', at, 'a loader program'));
  if (calls.length === 0) return undefined;
  const of = (command: number) => calls.filter((call) => call.command === command);
  const data = dataOf(bytes, at, of(PROG_LOAD), of(MAP_CREATE));
  return {
    offset: at,
    instructionCount: count,
    programCount: of(PROG_LOAD).length,
    mapCount: of(MAP_CREATE).length,
    btfCount: of(BTF_LOAD).length,
    programs: data && of(PROG_LOAD).map(({ place }) => readLightProgram(data, place)),
    maps: data && of(MAP_CREATE).map(({ place }) => readLightMap(data, place)),
  };
}

/** The calls of bpf() up to the end: r0 = 0; exit. Each is r1 = command; r2 = place; r3 = size; call sys_bpf. */
function callsOf(code: ByteReader): { readonly calls: readonly BpfCall[]; readonly count: number } {
  const calls: BpfCall[] = [];
  const most = Math.min(MOST_INSTRUCTIONS, Math.floor(code.length / INSTRUCTION_SIZE));
  for (let i = 5; i < most; i++) {
    const { code: operation, src, imm } = instructionAt(code, i);
    if (operation === CALL && src === 0 && imm === SYS_BPF) {
      const [command, place, offset, size] = [5 - 1, 3, 2, 1].map((back) => instructionAt(code, i - back));
      const isCall = command?.code === MOVE_IMMEDIATE && command.dst === 1 && size?.code === MOVE_IMMEDIATE;
      if (isCall && place?.code === LOAD_64 && place.src === DATA_PLACE && offset) {
        calls.push({ command: command.imm, place: offset.imm });
      }
    }
    const before = instructionAt(code, i - 1);
    if (operation === EXIT && before.code === MOVE_IMMEDIATE && before.dst === 0 && before.imm === 0) {
      return { calls, count: i + 1 };
    }
  }
  return { calls: [], count: 0 };
}

/** The data of a skeleton: where every attribute of its calls is one, programs have names, and which is nearest. Undefined where there is none. */
function dataOf(
  bytes: Uint8Array,
  at: number,
  loads: readonly BpfCall[],
  maps: readonly BpfCall[],
): ByteReader | undefined {
  if (loads.length === 0) return undefined;
  for (let distance = 0; distance < MOST_DISTANCE; distance++) {
    for (const start of [at - distance, at + distance]) {
      if (start < 0 || start >= bytes.length) continue;
      if (!loads.every(({ place }) => isNamed(bytes, start + place, 'program'))) continue;
      if (maps.every(({ place }) => isNamed(bytes, start + place, 'map'))) {
        return new ByteReader(bytes.subarray(start), 'little', start, 'the data of a light skeleton');
      }
    }
  }
  return undefined;
}
