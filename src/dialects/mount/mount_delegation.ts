import type { BpffsOwner, Delegation } from '../delegation.js';
import type { LineAccount } from '../line_account.js';
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

/** A mount of a table; undefined for its delegation where it is no bpffs. */
export interface TableMount {
  readonly path: string;
  readonly line: number;
  readonly delegation: Delegation | undefined;
}

/**
 * The delegations of a mount table, in order: of two mounts at a place, the later hides the earlier, whatever file system it has.
 * That is a warning at the earlier one.
 */
export function hideEarlier(mounts: readonly TableMount[], account: LineAccount): readonly Delegation[] {
  const over = new Map<string, number>();
  const visible: Delegation[] = [];
  for (const { path, line, delegation } of [...mounts].reverse()) {
    const by = over.get(path);
    if (by === undefined) over.set(path, line);
    if (!delegation) continue;
    if (by !== undefined) {
      const message = `the mount on line ${by} hides this one: both are at ${path}`;
      account.warn(delegation.at, { code: 'hidden-mount', message });
    }
    const hidden = by === undefined ? undefined : `line ${by} mounts over it`;
    visible.push({ ...delegation, unusable: delegation.unusable ?? hidden });
  }
  return visible.reverse();
}
