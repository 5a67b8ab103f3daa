import { PROGRAM_RULES } from '../../abi/program_rules.generated.js';
import { RELEASES } from '../../abi/vocabulary.generated.js';
import type { Profile } from '../../kernel/profile.js';
import type { BpfObject } from '../bpf_object.js';
import { PROG_TYPE } from './numbers.js';

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
  return rows.find(([type, , of]) => type === PROG_TYPE.struct_ops && of === target)?.[1] ?? undefined;
}
