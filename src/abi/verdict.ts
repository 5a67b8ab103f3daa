// The verdict byte: five bits of outcome, three of token disposition. Plain enums: this file is compiled by tsc
// and by asc, so that the codes are written once.

/** Why a bpf() request got its answer. Values are part of the binary interface: append, never renumber. */
export enum Outcome {
  ALLOWED = 0,
  /** EPERM: unprivileged_bpf_disabled is set and CAP_BPF is missing. */
  CAP_BPF_MISSING_UNPRIV_DISABLED = 1,
  CAP_BPF_MISSING = 2,
  CAP_NET_ADMIN_MISSING = 3,
  CAP_PERFMON_MISSING = 4,
  CAP_SYS_ADMIN_MISSING = 5,
  /** EPERM: the capability is there, and the bpf_token_capable LSM hook refused it. */
  LSM_REFUSED_CAPABLE = 6,
  /** The command asks for no permission: a caller that holds the descriptor may use it. */
  NO_PERMISSION_NEEDED = 7,
  TOKEN_EBADF = 8,
  TOKEN_EINVAL = 9,
  /** EINVAL: a token was handed to a command whose attributes have no valid place for one. */
  TOKEN_NOT_TAKEN = 10,
  ATTR_EINVAL = 11,
  ATTR_E2BIG = 12,
  INSN_CNT_E2BIG = 13,
  UNKNOWN_CMD = 14,
  UNKNOWN_TYPE = 15,
  ATTACH_TYPE_MISMATCH = 16,
  ENOENT = 17,
  NO_SUCH_TASK = 18,
  NO_SUCH_TOKEN = 19,
  BAD_ROW = 20,
  /** EINVAL: BPF_PROG_ATTACH turns the missing CAP_NET_ADMIN of a cgroup_skb program into EINVAL. */
  CAP_NET_ADMIN_MISSING_EINVAL = 21,
  /** BPF_TOKEN_CREATE depends on a bpffs descriptor, which only the model knows. */
  UNDECIDED = 22,
  /** EPERM: BPF_TOKEN_CREATE by a caller outside the user namespace of the bpffs. */
  CREATE_USERNS_MISMATCH = 23,
  /** EOPNOTSUPP: BPF_TOKEN_CREATE in the initial user namespace. */
  CREATE_IN_INIT_USERNS = 24,
  /** ENOENT: BPF_TOKEN_CREATE from a bpffs that delegates nothing. */
  CREATE_NO_DELEGATION = 25,
  /** An LSM refuses what the command would make. Of a token, the errno is that of the hook; SELinux refuses with EACCES. */
  CREATE_LSM_REFUSED = 26,
  /** EBADF: no open descriptor where the command needs one. */
  FD_EBADF = 27,
  /** EINVAL: the descriptor is not the root of a bpffs (BPF_TOKEN_CREATE). */
  NOT_BPFFS_ROOT = 28,
  /** EINVAL: the same refusal as LSM_REFUSED_CAPABLE, as BPF_PROG_ATTACH returns it. */
  LSM_REFUSED_CAPABLE_EINVAL = 29,
  /** EINVAL: the verifier does not offer the program a helper that it calls. */
  HELPER_NOT_OFFERED = 30,
  /** The verifier does not grant the program a liberty that it takes; each liberty has its own errno. */
  LIBERTY_NOT_GRANTED = 31,
}

/** What became of the token of a request. */
export enum Disposition {
  NONE_GIVEN = 0,
  USED = 1,
  DROPPED_CMD = 2,
  DROPPED_TYPE = 3,
  DROPPED_ATTACH_TYPE = 4,
  DROPPED_USERNS = 5,
  DROPPED_LSM = 6,
  /** The descriptor is closed, or open and not a token. */
  UNUSABLE = 7,
}

/** A fault of a request's attributes or descriptor, found before the decision and given its place in the kernel's order. */
export enum Fault {
  NONE = 0,
  /** Attributes larger than the kernel knows and not zero there: E2BIG, before anything else. */
  ATTR_E2BIG = 1,
  /** Attributes that the command's own check refuses: EINVAL. */
  ATTR_EINVAL = 2,
  TOKEN_EBADF = 3,
  TOKEN_EINVAL = 4,
  /** EINVAL from a check that comes after the permission. */
  LATE_EINVAL = 5,
  /** ENOENT from a look-up that comes after the permission. */
  LATE_ENOENT = 6,
  /** The row could not be read. */
  BAD_ROW = 7,
}

/** `verdict & OUTCOME_MASK` is the Outcome; `verdict >> DISPOSITION_SHIFT` the Disposition. */
export const OUTCOME_MASK = 31;
export const DISPOSITION_SHIFT = 5;
