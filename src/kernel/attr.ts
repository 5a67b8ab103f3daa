import { BPF_F_TOKEN_FD } from '../abi/bpf.js';
import { ERRNO } from '../abi/errno.js';
import { Disposition, Fault, Outcome } from '../abi/verdict.js';
import type { FdTable } from './files.js';
import type { Masks } from './masks.js';
import type { Rules } from './profile.js';
import type { BpfToken } from './token.js';
import { bpfTokenGetFromFd } from './token_checks.js';
import type { Trace } from './trace.js';
import type { ProgramNeeds } from './verifier/program_needs.js';

/** The fields of union bpf_attr that permission depends on. Fields not given are zero. */
export interface BpfAttr {
  map_type?: number;
  map_flags?: number;
  map_token_fd?: number;
  prog_type?: number;
  expected_attach_type?: number;
  prog_flags?: number;
  prog_token_fd?: number;
  insn_cnt?: number;
  /** What the program's instructions need of the verifier. */
  program?: ProgramNeeds;
  btf_flags?: number;
  btf_token_fd?: number;
  open_flags?: number;
  fd_by_id_token_fd?: number;
  /** PROG_ATTACH's attach_bpf_fd, LINK_CREATE's prog_fd. */
  prog_fd?: number;
  attach_type?: number;
  /** OBJ_GET_INFO_BY_FD. */
  bpf_fd?: number;
  bpffs_fd?: number;
  token_create_flags?: number;
  /** EXTENSION (rule token_narrowing): BPF_TOKEN_CREATE keeps only these bits. */
  token_create_narrow?: Partial<Masks>;
  /** A fault of fields this type does not show; the kernel finds it where the code says. */
  fault?: Fault;
}

/** A descriptor that is given to a command: whether it is to be read, and its number. */
export interface TokenField {
  readonly flags: number;
  readonly fd: number;
}

/** Whether the command is to read its token descriptor (v12: any non-zero one). */
export function readsTokenField(rules: Readonly<Rules>, { flags, fd }: TokenField): boolean {
  return rules.token_fd_needs_flag ? (flags & BPF_F_TOKEN_FD) !== 0 : fd !== 0;
}

/** The token a command was given: null for none, or a negated errno. */
export function givenToken(
  rules: Readonly<Rules>,
  files: FdTable,
  field: TokenField,
  trace?: Trace,
): BpfToken | null | number {
  if (!readsTokenField(rules, field)) return null;
  const found = bpfTokenGetFromFd(files, field.fd);
  if (typeof found !== 'number') {
    if (trace) trace.disposition = Disposition.USED;
    trace?.step('bpf_token_get_from_fd', true, () => `descriptor ${field.fd} is the token ${found.name}`);
    return found;
  }
  const closed = found === -ERRNO.EBADF;
  if (trace) {
    trace.disposition = Disposition.UNUSABLE;
    trace.step('bpf_token_get_from_fd', false, () =>
      closed ? `descriptor ${field.fd} is not open for use` : `descriptor ${field.fd} is open and not a token`,
    );
    trace.outcome = closed ? Outcome.TOKEN_EBADF : Outcome.TOKEN_EINVAL;
  }
  return found;
}

/** A command's own attribute check (CHECK_ATTR and its like), before permission: 0 or -EINVAL. */
export function checkAttr(attr: BpfAttr, fn: string, trace?: Trace): number {
  return attr.fault === Fault.ATTR_EINVAL ? invalidAttr(fn, trace) : 0;
}

/** Attribute checks and look-ups that come after permission: 0, -EINVAL or -ENOENT. */
export function checkLate(attr: BpfAttr, fn: string, trace?: Trace): number {
  if (attr.fault === Fault.LATE_EINVAL) return invalidAttr(fn, trace);
  if (attr.fault !== Fault.LATE_ENOENT) return 0;
  trace?.step(fn, false, () => 'there is nothing of that id');
  return trace?.refuse(Outcome.ENOENT, ERRNO.ENOENT) ?? -ERRNO.ENOENT;
}

function invalidAttr(fn: string, trace?: Trace): number {
  trace?.step(fn, false, () => 'the attributes are not valid for the command');
  return trace?.refuse(Outcome.ATTR_EINVAL, ERRNO.EINVAL) ?? -ERRNO.EINVAL;
}
