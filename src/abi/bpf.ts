// Constants of bpf(2) that are the same in every release the simulator knows (include/uapi/linux/bpf.h).

/** In map_flags, prog_flags, btf_flags and open_flags: the token descriptor field is to be read. */
export const BPF_F_TOKEN_FD = 1 << 16;
/** Instructions a program may have without CAP_BPF. */
export const BPF_MAXINSNS = 4096;
/** Instructions a program may have with CAP_BPF (include/linux/bpf_verifier.h). */
export const BPF_COMPLEXITY_LIMIT_INSNS = 1_000_000;
/** parent->level > 32 is refused (kernel/user_namespace.c: create_user_ns), so this is the deepest level. */
export const USERNS_MAX_LEVEL = 33;
/** A delegation mask has 64 bits. */
export const MASK_BITS = 64;
export const MASK_ANY = (1n << 64n) - 1n;
