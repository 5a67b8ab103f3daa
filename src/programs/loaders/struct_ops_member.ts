import { PROGRAM_RULES } from '../../abi/program_rules.generated.js';
import { RELEASES } from '../../abi/vocabulary.generated.js';
import type { Profile } from '../../kernel/profile.js';
import type { BpfObject, ByteOrder } from '../bpf_object.js';
import { Btf } from '../btf/btf.js';
import { ByteReader } from '../byte_reader.js';
import { PROG } from './numbers.js';

/** The member of an operations structure that a program is. */
export interface OpsMember {
  /** `tcp_congestion_ops.ssthresh`. */
  readonly target: string;
  /** Its index in the object's structure. */
  readonly index: number;
}

/** The member that a program of an object is; undefined where no structure refers to it. */
export function structOpsMember({ maps }: BpfObject, program: string): OpsMember | undefined {
  for (const { structOps } of maps) {
    const found = structOps?.programs.find((one) => one.program === program);
    if (structOps && found) return { target: `${structOps.type}.${found.member}`, index: found.memberIndex };
  }
  return undefined;
}

/** The index that a member has in a kernel's own structure, where a recording of that release or an older one tells it. */
export function recordedMemberIndex({ vocabulary }: Profile, target: string): number | undefined {
  const own = RELEASES.indexOf(vocabulary.release);
  const older = PROGRAM_RULES.filter(({ release }) => (RELEASES as readonly string[]).indexOf(release) <= own);
  const rows = older.at(-1)?.rows ?? [];
  return rows.find(([type, , of]) => type === PROG.struct_ops && of === target)?.[1] ?? undefined;
}

/**
 * The indexes of members in the structures of a running kernel, from its BTF (/sys/kernel/btf/vmlinux), in the byte order of this
 * machine. Throws BpfObjectError for bytes that are no BTF.
 */
export function kernelMemberIndexes(bytes: Uint8Array, byteOrder: ByteOrder): (target: string) => number | undefined {
  const btf = new Btf(new ByteReader(bytes, byteOrder, 0, 'the BTF of the kernel'));
  return (target) => {
    const [structure, member] = target.split('.');
    const type = btf.types.find(({ kind, name }) => kind === 'struct' && name === structure);
    const index = type ? btf.members(type).findIndex(({ name }) => name === member) : -1;
    return index < 0 ? undefined : index;
  };
}
