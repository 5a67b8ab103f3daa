import type { BpffsOwner, Delegation } from '../delegation.js';
import type { PlacedText } from '../source_text.js';
import type { BpffsSettings } from './bpffs_options.js';

/** A bpffs of a mount table or command. */
export interface BpffsMount {
  /** The whole line, or the part of it that describes the mount. */
  readonly placed: PlacedText;
  /** Where it is mounted; undefined where that is not given. */
  readonly path: string | undefined;
  readonly settings: BpffsSettings;
  /** Undefined where the text cannot say it. */
  readonly owner: BpffsOwner | undefined;
  /** Why no token can be made of it. */
  readonly unusable?: string | undefined;
}

/** A mounted bpffs as a delegation. */
export function mountDelegation({ placed, path, settings, owner, unusable }: BpffsMount): Delegation {
  const { masks, uid, gid, mode, refused } = settings;
  return {
    kind: 'bpffs',
    name: path ?? 'bpffs',
    at: placed.at,
    path,
    masks,
    uid,
    gid,
    mode,
    owner,
    process: undefined,
    network: undefined,
    unusable: unusable ?? (refused === undefined ? undefined : `the mount fails: ${refused}`),
  };
}
