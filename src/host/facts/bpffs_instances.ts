import { MOUNTINFO_START } from '../../dialects/mount/mountinfo.js';
import type { Masks } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import type { HostFacts } from './host_facts.js';
import { readMasks } from './read_masks.js';
import type { HeldToken } from './token_groups.js';

/** A bpffs instance: a superblock, which the device number tells apart, wherever it is mounted. */
export interface BpffsInstance {
  /** As in mountinfo: `0:71`. */
  readonly device: string;
  readonly masks: Readonly<Masks>;
  /** Global, as the options have them; undefined where they have none. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly mode: number | undefined;
  /** Where it is mounted, in the mount namespace in which it is seen first. */
  readonly path: string;
  /** Inode numbers of the mount namespaces in which it is seen, in the order of the facts. */
  readonly mountNamespaces: readonly number[];
}

/** The bpffs instances of a host, and what of their options cannot be read, a sentence each. */
export interface BpffsInstances {
  readonly instances: readonly BpffsInstance[];
  readonly warnings: readonly string[];
}

/**
 * The same with the masks of their tokens, where any is held: a token has a copy of all bits of its bpffs, of which mountinfo shows only
 * those with a name (6.18). Source: kernel/bpf/token.c: bpf_token_create(). The masks of a bpffs do not change.
 */
export function withMasksOfTokens(instances: readonly BpffsInstance[], tokens: readonly HeldToken[]): BpffsInstance[] {
  return instances.map((instance) => {
    const token = tokens.find(({ device }) => device === instance.device);
    return token ? { ...instance, masks: token.masks } : instance;
  });
}

/** Reads the bpffs instances from the mounts of every mount namespace. */
export function bpffsInstances(
  { mount_namespaces }: Pick<HostFacts, 'mount_namespaces'>,
  profile: Profile,
): BpffsInstances {
  const found = new Map<string, BpffsInstance & { readonly mountNamespaces: number[] }>();
  const warnings: string[] = [];
  for (const { ino, mountinfo } of mount_namespaces) {
    for (const line of (mountinfo ?? '').split('\n')) {
      if (!MOUNTINFO_START.test(line) || !/ - bpf /.test(line)) continue;
      const device = line.trim().split(/\s+/)[2] as string;
      const before = found.get(device);
      if (before) {
        if (before.mountNamespaces.at(-1) !== ino) before.mountNamespaces.push(ino);
        continue;
      }
      const read = readMasks(line, 'mountinfo', profile);
      if (!read) continue;
      const { masks, delegation } = read;
      const { uid, gid, mode, path = 'bpffs' } = delegation;
      found.set(device, { device, masks, uid, gid, mode, path, mountNamespaces: [ino] });
      warnings.push(...read.warnings.map((warning) => `bpffs ${device} at ${path}: ${warning}`));
    }
  }
  return { instances: [...found.values()], warnings };
}
