import type { ObjectFunction } from '../functions.js';
import {
  CALL,
  fallsThrough,
  type Instruction,
  instructionAt,
  isPacketLoad,
  isRegisterCopy,
  jumpDistance,
  LOAD_IMMEDIATE_64,
  memoryAccess,
  writtenRegister,
} from './instruction.js';

/** Offsets in struct __sk_buff: data, data_end, tstamp. */
const DATA = 76;
const DATA_END = 80;
const TIME_STAMP = 152;
/** The register with the context at the start of a program, as a set of one. */
const CONTEXT_IN_R1 = 1 << 1;
/** What a call may write: registers 0 to 5. */
const CALL_WRITES = 0b11_1111;
const UNREACHED = -1;

/** What a program of a socket buffer does with the context that only a capability allows it in cgroup_skb. */
export interface PacketAccess {
  /** Whether it reads where the packet begins or ends. */
  readonly readsPointers: boolean;
  /** Whether it writes the time stamp. */
  readonly writesTime: boolean;
}

/**
 * Follows the context through the registers of a program, not through its stack or other functions. Each instruction is looked at up to twelve
 * times: the registers that hold the context on every way to it can only become fewer.
 */
export function packetAccess({ section, start, count }: ObjectFunction): PacketAccess {
  const held = new Int16Array(count).fill(UNREACHED);
  const access = { readsPointers: false, writesTime: false };
  held[0] = CONTEXT_IN_R1;
  const pending = [0];
  for (let i = pending.pop(); i !== undefined; i = pending.pop()) {
    const instruction = instructionAt(section.data, start + i);
    const after = afterOf(instruction, held[i] as number);
    for (const next of successors(instruction, i)) {
      const before = held[next];
      if (before === undefined) continue;
      const joined = before === UNREACHED ? after : before & after;
      if (joined === before) continue;
      held[next] = joined;
      pending.push(next);
    }
  }
  for (let i = 0; i < count; i++) {
    const registers = held[i] as number;
    if (registers === UNREACHED) continue;
    const instruction = instructionAt(section.data, start + i);
    const memory = memoryAccess(instruction);
    if (!memory || !(registers & (1 << memory.register))) continue;
    if (memory.isWrite) access.writesTime ||= instruction.off === TIME_STAMP;
    else access.readsPointers ||= instruction.off === DATA || instruction.off === DATA_END;
  }
  return access;
}

/** The registers that hold the context after an instruction, as a set of bits. */
function afterOf(instruction: Instruction, before: number): number {
  if (instruction.code === CALL || isPacketLoad(instruction)) return before & ~CALL_WRITES;
  if (isRegisterCopy(instruction)) {
    const bit = 1 << instruction.dst;
    return before & (1 << instruction.src) ? before | bit : before & ~bit;
  }
  const written = writtenRegister(instruction);
  return written === undefined ? before : before & ~(1 << written);
}

function successors(instruction: Instruction, i: number): number[] {
  const next = i + (instruction.code === LOAD_IMMEDIATE_64 ? 2 : 1);
  const distance = jumpDistance(instruction);
  const found = fallsThrough(instruction) ? [next] : [];
  if (distance !== undefined) found.push(i + 1 + distance);
  return found;
}
