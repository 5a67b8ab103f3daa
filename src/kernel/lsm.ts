import type { Superblock } from './bpffs.js';
import type { BpfToken } from './token.js';

/**
 * The BPF token hooks of a security module. A hook answers 0 to allow or a negated errno.
 * Source: include/linux/lsm_hook_defs.h; called by kernel/bpf/token.c through security/security.c.
 */
export interface LsmHooks {
  /** After every other check of BPF_TOKEN_CREATE; its errno is returned as it is. */
  bpf_token_create?(token: BpfToken, sb: Superblock): number;
  /** After the command's bit was found set; a refusal drops the token. */
  bpf_token_cmd?(token: BpfToken, cmd: number): number;
  /** After the capability was found; a refusal is final. */
  bpf_token_capable?(token: BpfToken, cap: number): number;
}
