import { Document } from 'yaml';
import { CAP_FULL_SET } from '../../abi/capabilities.js';
import { MASK_NAMES } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import type { Manager } from '../containers/manager.js';
import type { ResolvedDelegation } from '../resolve_delegation.js';
import { kernelText } from './kernel_text.js';

/** The configuration of an instance, as `config edit` and `profile edit` take it. */
export function containerText(
  manager: Manager,
  delegation: ResolvedDelegation,
  profile: Profile,
  reasons: string[],
): string {
  const { owner, process, path = '/sys/fs/bpf', uid, gid, mode, masks, network } = delegation;
  if (owner === 'init')
    reasons.push('a container has a user namespace of its own, and this bpffs belongs to the initial one');
  if (process.uid !== 0 || process.caps !== CAP_FULL_SET) {
    reasons.push('the user and the capabilities of the process are not part of an instance');
  }
  if (network === 'host')
    reasons.push(
      'a container has a network namespace of its own, and this process is in that of the host (PrivateNetwork=)',
    );
  if (uid !== undefined || gid !== undefined || mode !== undefined)
    reasons.push('uid=, gid= and mode= of the bpffs are not settings');
  if (manager.pathKey === undefined && path !== '/sys/fs/bpf')
    reasons.push(`the bpffs is at /sys/fs/bpf, not at ${path}`);
  const config: Record<string, string> = {};
  if (manager.switchKey !== undefined) config[manager.switchKey] = 'true';
  for (const mask of MASK_NAMES) {
    const { bits } = masks[mask];
    if (bits === 0n) continue;
    const text = kernelText(profile, mask, bits);
    config[manager.keys[mask]] = manager.hasCommas ? text.replaceAll(':', ',') : text;
  }
  if (manager.pathKey !== undefined && path !== '/sys/fs/bpf') config[manager.pathKey] = path;
  return new Document({ config }).toString({ lineWidth: 0 });
}
