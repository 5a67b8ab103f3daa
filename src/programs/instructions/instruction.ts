import type { ByteReader } from '../byte_reader.js';

/** Bytes of an instruction; a load of 64 bits has two. */
export const INSTRUCTION_SIZE = 8;

/** One instruction: struct bpf_insn. */
export interface Instruction {
  /** Class, size or source, and mode or operation. */
  readonly code: number;
  readonly dst: number;
  readonly src: number;
  readonly off: number;
  readonly imm: number;
}

/** BPF_LD | BPF_DW | BPF_IMM: the first of two that load 64 bits. */
export const LOAD_IMMEDIATE_64 = 0x18;
/** BPF_JMP | BPF_CALL. */
export const CALL = 0x85;
/** BPF_JMP | BPF_EXIT. */
const EXIT = 0x95;
/** BPF_JMP | BPF_JA | BPF_X: to an address of a jump table. */
const INDIRECT_GOTO = 0x0d;
/** BPF_JMP | BPF_JCOND. */
const CONDITIONAL_GOTO = 0xe5;
/** BPF_ALU64 | BPF_MOV | BPF_X. */
const MOVE_64 = 0xbf;
/** BPF_ADDR_SPACE_CAST, in the offset of a move. */
const ADDRESS_SPACE_CAST = 1;
/** src of CALL: BPF_PSEUDO_CALL, and BPF_PSEUDO_KFUNC_CALL, which loaders write. */
export const PSEUDO_CALL = 1;
export const PSEUDO_KFUNC_CALL = 2;

const CLASS_MASK = 0x07;
const OPERATION_MASK = 0xf0;
const BPF_LDX = 1;
const BPF_ST = 2;
const BPF_STX = 3;
const BPF_ALU = 4;
const BPF_JMP = 5;
const BPF_JMP32 = 6;
const BPF_ALU64 = 7;
const BPF_JA = 0x00;
const BPF_CALL = 0x80;
const BPF_EXIT = 0x90;
const BPF_MEM = 0x60;
const MODE_MASK = 0xe0;

/** Reads the instruction at an index of a section. The halves of the byte with registers change places with the byte order. */
export function instructionAt(code: ByteReader, index: number): Instruction {
  const at = index * INSTRUCTION_SIZE;
  const registers = code.u8(at + 1, 'an instruction');
  const [low, high] = [registers & 0xf, registers >> 4];
  const [dst, src] = code.byteOrder === 'little' ? [low, high] : [high, low];
  return {
    code: code.u8(at, 'an instruction'),
    dst,
    src,
    off: code.i16(at + 2, 'an instruction'),
    imm: code.i32(at + 4, 'an instruction'),
  };
}

/** How far a jump leads, in instructions from the one after it; undefined for all but jumps. */
export function jumpDistance({ code, off, imm }: Instruction): number | undefined {
  const kind = code & CLASS_MASK;
  const operation = code & OPERATION_MASK;
  if (kind !== BPF_JMP && kind !== BPF_JMP32) return undefined;
  if (operation === BPF_CALL || operation === BPF_EXIT) return undefined;
  // An indirect jump has no distance.
  if (code === INDIRECT_GOTO) return undefined;
  return kind === BPF_JMP32 && operation === BPF_JA ? imm : off;
}

/** Whether it is may_goto: a jump that the kernel takes after too many rounds. */
export function isMayGoto({ code, src }: Instruction): boolean {
  return code === CONDITIONAL_GOTO && src === 0;
}

/** Whether it makes an address of an arena one of the kernel, or back. */
export function isArenaCast({ code, off }: Instruction): boolean {
  return code === MOVE_64 && off === ADDRESS_SPACE_CAST;
}

/** Whether control goes on to the instruction after it. */
export function fallsThrough({ code }: Instruction): boolean {
  const kind = code & CLASS_MASK;
  const operation = code & OPERATION_MASK;
  if (code === EXIT) return false;
  return !((kind === BPF_JMP || kind === BPF_JMP32) && operation === BPF_JA);
}

/** What memory it reads or writes by a register and an offset: BPF_LDX, BPF_ST, BPF_STX. */
export function memoryAccess(
  instruction: Instruction,
): { readonly register: number; readonly isWrite: boolean } | undefined {
  const kind = instruction.code & CLASS_MASK;
  if ((instruction.code & MODE_MASK) !== BPF_MEM) return undefined;
  if (kind === BPF_LDX) return { register: instruction.src, isWrite: false };
  if (kind === BPF_ST || kind === BPF_STX) return { register: instruction.dst, isWrite: true };
  return undefined;
}

/** Whether it loads bytes of a packet, BPF_LD_ABS and BPF_LD_IND: it writes the registers that a call does. */
export function isPacketLoad({ code }: Instruction): boolean {
  return (code & CLASS_MASK) === 0 && code !== LOAD_IMMEDIATE_64;
}

/** Whether it copies one register to another, all 64 bits. */
export function isRegisterCopy({ code, off }: Instruction): boolean {
  return code === MOVE_64 && off === 0;
}

/** The register that it writes; undefined for one that writes none. A call writes registers 0 to 5 besides. */
export function writtenRegister({ code, dst }: Instruction): number | undefined {
  const kind = code & CLASS_MASK;
  const isArithmetic = kind === BPF_ALU || kind === BPF_ALU64;
  return isArithmetic || kind === BPF_LDX || code === LOAD_IMMEDIATE_64 ? dst : undefined;
}
