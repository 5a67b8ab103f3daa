import { type Masks, masksBy } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import type { HostFacts, ProcessFacts, TokenInfo } from './host_facts.js';
import { readMasks } from './read_masks.js';

/** A token, and the processes that hold it. */
export interface HeldToken {
  readonly masks: Readonly<Masks>;
  /** Device number of the bpffs that it is made from; null where it cannot be seen. */
  readonly device: string | null;
  /** Holders in order of pids. A process has one place for each descriptor. */
  readonly holders: readonly ProcessFacts[];
}

/** The tokens that processes hold: one for each file. A descriptor whose file cannot be told is a token by itself. */
export function heldTokens(
  { tokens, processes }: Pick<HostFacts, 'tokens' | 'processes'>,
  profile: Profile,
): HeldToken[] {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const found = new Map<string, HeldToken & { readonly holders: ProcessFacts[] }>();
  for (const { pid, fd, device, ino, fdinfo, info } of tokens) {
    const holder = byPid.get(pid);
    const read = readMasks(fdinfo, 'fdinfo', profile);
    if (!holder || !read) continue;
    const key = device === null || ino === null ? `${pid} ${fd}` : `${device} ${ino}`;
    const before = found.get(key);
    if (before) before.holders.push(holder);
    else found.set(key, { masks: info ? infoMasks(info) : read.masks, device, holders: [holder] });
  }
  return [...found.values()];
}

/** All bits: fdinfo has `any` in place of bits that the kernel does not know, where it knows all others. */
function infoMasks(info: TokenInfo): Masks {
  return masksBy((mask) => BigInt(`0x${info[mask]}`));
}
