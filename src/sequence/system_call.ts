import type { Masks } from '../kernel/masks.js';

/** The name of a descriptor that a call of a sequence returns. A task that uses another's is passed it (SCM_RIGHTS). */
export type FdName = string;

/** One system call, made by the task of a name. */
export type SystemCall = { readonly by: string } & (
  | { readonly call: 'fsopen'; readonly returns: FdName }
  | { readonly call: 'fsconfig_set_string'; readonly fd: FdName; readonly key: string; readonly value: string }
  | { readonly call: 'fsconfig_set_flag'; readonly fd: FdName; readonly key: string }
  /** `lsmErrno`: what a security module answers BPF_TOKEN_CREATE on the instance with; 0, the default, allows. */
  | { readonly call: 'fsconfig_create'; readonly fd: FdName; readonly lsmErrno?: number }
  | { readonly call: 'fsconfig_reconfigure'; readonly fd: FdName }
  | { readonly call: 'fsmount'; readonly fd: FdName; readonly returns: FdName }
  | { readonly call: 'mount'; readonly source: string; readonly data: string; readonly returns: FdName }
  | { readonly call: 'openat'; readonly dirfd: FdName; readonly path: string; readonly returns: FdName }
  | {
      readonly call: 'bpf_token_create';
      readonly bpffs: FdName;
      /** EXTENSION (rule token_narrowing): the token keeps only these bits. */
      readonly narrow?: Partial<Masks>;
      readonly returns: FdName;
    }
);

/** System calls in order. */
export type Sequence = readonly SystemCall[];
