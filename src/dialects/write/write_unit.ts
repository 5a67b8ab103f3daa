import { bitNumbers } from '../../abi/bits.js';
import { MASK_ANY } from '../../abi/bpf.js';
import { CAP_FULL_SET, CAPABILITY_NAMES } from '../../abi/capabilities.js';
import { MASK_KIND, MASK_NAMES, type MaskName } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import { KIND_LABEL } from '../../names/spelling.js';
import type { ResolvedDelegation } from '../resolve_delegation.js';
import { MISPLACED, systemdNames } from '../systemd/bpf_names.js';
import { SETTING_OF_MASK } from '../systemd/name_list.js';

/** A drop-in that makes a unit delegate: earlier values of the same settings are reset. */
export function unitText(delegation: ResolvedDelegation, profile: Profile, reasons: string[]): string {
  const { owner, process, path, uid, gid, mode, masks, network } = delegation;
  if (path !== undefined && path !== '/sys/fs/bpf')
    reasons.push(`systemd mounts the bpffs at /sys/fs/bpf, not at ${path}`);
  if (uid !== undefined || gid !== undefined || mode !== undefined)
    reasons.push('uid=, gid= and mode= of the bpffs are not settings');
  if (owner === 'own' && process.userns !== 'own')
    reasons.push('the process runs in the initial user namespace, and the bpffs belongs to another');
  const lines = ['[Service]', 'PrivateBPF=yes'];
  if (owner === 'own') lines.push('DelegateNamespaces=mnt');
  else if (process.userns === 'own') lines.push('PrivateUsers=yes');
  for (const mask of MASK_NAMES) {
    const { bits } = masks[mask];
    if (bits !== 0n) lines.push(`${SETTING_OF_MASK[mask]}=${listText(profile, mask, bits, reasons)}`);
  }
  if (process.account?.kind === 'dynamic') lines.push('DynamicUser=yes');
  else if (process.account) lines.push(`User=${process.account.name}`);
  else if (process.uid !== 0) lines.push(`User=${process.uid}`);
  if (process.uid === 0 && process.caps !== CAP_FULL_SET)
    lines.push(`CapabilityBoundingSet=${capabilities(process.caps)}`);
  if (process.uid !== 0 && process.caps !== 0n) lines.push(`AmbientCapabilities=${capabilities(process.caps)}`);
  if (network === 'own') lines.push('PrivateNetwork=yes');
  return `${lines.join('\n')}\n`;
}

function capabilities(set: bigint): string {
  return CAPABILITY_NAMES.filter((_, cap) => (set >> BigInt(cap)) & 1n).join(' ');
}

/** `any`, or names with commas. */
function listText({ vocabulary }: Profile, mask: MaskName, bits: bigint, reasons: string[]): string {
  if (bits === MASK_ANY) return 'any';
  const names: string[] = [];
  for (const bit of bitNumbers(bits)) {
    const name = systemdNames(mask)[bit];
    if (name !== undefined && !Object.hasOwn(MISPLACED, name)) names.push(name);
    else {
      const kind = MASK_KIND[mask];
      reasons.push(`systemd 262 has no name for the ${KIND_LABEL[kind]} ${vocabulary.nameOf(kind, bit)}`);
    }
  }
  return names.join(',');
}
