import type { Profile } from '../kernel/profile.js';
import type { BpfObject } from '../programs/bpf_object.js';
import type { LeastDelegation } from '../programs/least/least_delegation.js';
import type { QuietDelegation } from '../programs/least/quiet_probes.js';
import type { LoaderName } from '../programs/loaders/loader_names.js';

/** An object to load, and the file that it is of. */
export interface ObjectOfFile {
  readonly file: string;
  readonly object: BpfObject;
}

/** The least that objects need to load, and for what. */
export interface Suggestion {
  readonly profile: Profile;
  readonly loader: LoaderName;
  readonly objects: readonly ObjectOfFile[];
  readonly least: LeastDelegation;
  /** The delegation with which probes pass too; undefined where it is not asked for. */
  readonly quiet: QuietDelegation | undefined;
  /** The delegation as a unit, container configuration or mount line; undefined where none is asked for. */
  readonly written: { readonly target: string; readonly text: string } | undefined;
}
