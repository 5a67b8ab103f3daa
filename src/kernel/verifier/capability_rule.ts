import { CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN } from '../../abi/capabilities.js';

/** What has to hold for a helper to be offered. */
export interface CapabilityRule {
  /** Capabilities that are asked, in the kernel's order, of the program's own token or the initial user namespace; all are needed. */
  readonly caps: readonly number[];
  /** Whether they are asked of the initial user namespace, whatever the token. */
  readonly inInit: boolean;
  /** Whether it is never so, whatever the capabilities. */
  readonly never?: true;
}

/** By the letters of HELPER_LISTS. */
export const CAPABILITY_RULES: Readonly<Record<string, CapabilityRule>> = {
  '-': { caps: [], inInit: false, never: true },
  a: { caps: [], inInit: false },
  b: { caps: [CAP_BPF], inInit: false },
  p: { caps: [CAP_PERFMON], inInit: false },
  B: { caps: [CAP_BPF, CAP_PERFMON], inInit: false },
  s: { caps: [CAP_SYS_ADMIN], inInit: false },
  S: { caps: [CAP_SYS_ADMIN], inInit: true },
};
