import type { ErrnoName } from '../../abi/errno.js';

/** Why a helper is not offered. */
export const HELPER_REFUSALS = [
  'not_of_this_type',
  'capability',
  'needs_gpl',
  'might_sleep',
  'target_disallows',
] as const;
export type HelperRefusal = (typeof HELPER_REFUSALS)[number];

/** A capability that was asked for, and where. */
export interface CapabilityAsked {
  readonly cap: number;
  /** The user namespace of the program's token, or the initial one. */
  readonly userns: string;
  /** Whether it is asked of the initial user namespace whatever the token. */
  readonly inInit: boolean;
}

/** The first thing that a program needs and that the verifier does not permit. */
export interface Withheld {
  readonly kind: 'helper' | 'liberty';
  /** The name of the helper or the liberty. */
  readonly name: string;
  readonly refusal: HelperRefusal;
  /** The capability that is missing; absent where none would help. */
  readonly missing?: CapabilityAsked;
  readonly errno: ErrnoName;
}
