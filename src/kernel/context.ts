import type { LsmHooks } from './lsm.js';
import type { Profile } from './profile.js';

/** /proc/sys/kernel/unprivileged_bpf_disabled: 0 enabled, 1 disabled for good, 2 disabled. */
export type UnprivilegedBpfDisabled = 0 | 1 | 2;

/** What the checks of a system call know of the kernel they run in. */
export interface KernelContext {
  readonly profile: Profile;
  readonly sysctl: UnprivilegedBpfDisabled;
  readonly lsm: LsmHooks;
  /** Whether it was booted with mitigations of Spectre, which make the verifier ask for more. */
  readonly hasMitigations: boolean;
}
