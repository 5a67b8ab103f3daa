import type { LoggedCall } from './log_events.js';
import type { LoggedField } from './logged_value.js';
import { fieldOf, flagBits } from './numbers.js';

/** Flags of clone(2), unshare(2) and setns(2) that are followed (include/uapi/linux/sched.h). */
export const CLONE_FILES = 0x400;
export const CLONE_NEWNS = 0x2_0000;
export const CLONE_NEWUSER = 0x1000_0000;

const NAMES = { CLONE_FILES, CLONE_NEWNS, CLONE_NEWUSER };

/** The flags of a call that makes a process or a namespace; those that have no name here are left out. */
export function cloneFlags({ name, args }: LoggedCall): number {
  switch (name) {
    case 'unshare':
      return flagBits(args[0]?.value, NAMES).bits;
    case 'setns':
      return flagBits(args[1]?.value, NAMES).bits;
    case 'clone':
      return flagBits(fieldOf(args, 'flags'), NAMES).bits;
    case 'clone3':
      return flagBits(fieldOf(fieldsOf(args[0]), 'flags'), NAMES).bits;
    default:
      return 0;
  }
}

/** Fields of a structure; none of anything else. */
export function fieldsOf(field: LoggedField | undefined): readonly LoggedField[] {
  return field?.value.kind === 'struct' ? field.value.fields : [];
}
