/** What a process gives its loader besides the object. */
export interface LoaderSetup {
  /** `bpf_token_path` of libbpf's bpf_object_open_opts; the empty text asks for no token. */
  readonly tokenPath?: string | undefined;
  /** LIBBPF_BPF_TOKEN_PATH of the environment; of less weight than `tokenPath`. */
  readonly tokenPathVariable?: string | undefined;
  /** Where bpffs are mounted in the mount namespace of the process, in the order of mountinfo. */
  readonly mounts: readonly string[];
  /**
   * The index of a member in the running kernel's structure, by `OPS.MEMBER`: `tcp_congestion_ops.ssthresh`. It is what programs of
   * struct_ops send as attach type. Undefined where it is not known: the object's own index is taken.
   */
  readonly memberIndexOf?: ((target: string) => number | undefined) | undefined;
}

/** Where libbpf looks for a bpffs when it is told nothing. */
export const DEFAULT_BPFFS_PATH = '/sys/fs/bpf';
