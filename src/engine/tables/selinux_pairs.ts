import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../../abi/capabilities.js';
import * as L from '../../abi/memory_layout.js';
import { type BpfPermission, capabilityAccess, type SelinuxPolicy } from '../../kernel/selinux.js';
import type { TaskSpec, World } from '../../kernel/world.js';
import type { RegionView } from '../regions.js';
import { capBits } from './capability_bits.js';

const FOUR = [CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN];

/** The capabilities that SELinux leaves a task of those it has in its user namespace, bit n for capability n. */
export function capsLeft(
  policy: SelinuxPolicy | undefined,
  { effective, domain = 0 }: Capable,
  isInitial: boolean,
): bigint {
  if (!policy) return effective;
  return effective & allowedCaps(policy, domain, domain, isInitial);
}

type Capable = Pick<TaskSpec, 'effective' | 'domain'>;

/** CAP_SYS_ADMIN stands in for the others (bpf_capable(), bpf_net_capable(), perfmon_capable()). */
export function withSysAdmin(caps: number): number {
  return caps & L.CAPS_SYS_ADMIN ? L.CAPS_ALL : caps;
}

/** Writes the row of every pair of domains. */
export function writeSelinuxPairs(
  view: RegionView,
  { selinux, profile: { rules } }: World,
  policy: SelinuxPolicy,
): void {
  const count = selinux?.domains.length ?? 0;
  for (let caller = 0; caller < count; caller++) {
    const may = (source: number, permission: BpfPermission): boolean =>
      policy.allows({ source, target: caller, class: 'bpf', permission });
    const isAskedEarly = !(rules.selinux_token_hooks && policy.bpfTokenPerms);
    const early =
      (isAskedEarly && !may(caller, 'map_create') ? L.SELINUX_MAP_EARLY : 0) |
      (isAskedEarly && !may(caller, 'prog_load') ? L.SELINUX_PROG_EARLY : 0);
    const owned = withSysAdmin(capBits(allowedCaps(policy, caller, caller, false)));
    for (let grantor = 0; grantor < count; grantor++) {
      const isMade = (permission: BpfPermission, source: number): boolean =>
        !rules.selinux_token_hooks || may(source, permission);
      const getsMap = isMade('map_create', grantor) && may(caller, 'map_read') && may(caller, 'map_write');
      const loader = rules.selinux_prog_load_by_token ? grantor : caller;
      const getsProg = isMade('prog_load', loader) && may(caller, 'prog_run');
      const row = (caller * L.MAX_SELINUX_DOMAINS + grantor) * L.SELINUX_PAIR_SIZE;
      const refused = (isInitial: boolean): number =>
        rules.selinux_token_hooks ? L.CAPS_ALL & ~capBits(allowedCaps(policy, caller, grantor, isInitial)) : 0;
      view.setUint8(row + L.SELINUX_REFUSED_CAPS, refused(false));
      view.setUint8(row + L.SELINUX_INIT_REFUSED_CAPS, refused(true));
      view.setUint8(row + L.SELINUX_OWNER_CAPS, owned);
      const late = (getsMap ? 0 : L.SELINUX_MAP_LATE) | (getsProg ? 0 : L.SELINUX_PROG_LATE);
      view.setUint8(row + L.SELINUX_FLAGS, early | late);
    }
  }
}

/** Which of the four capabilities a policy allows a domain towards another one, bit n for capability n. */
function allowedCaps(policy: SelinuxPolicy, source: number, target: number, isInitial: boolean): bigint {
  const allowed = FOUR.filter((cap) => policy.allows(capabilityAccess(source, target, cap, isInitial)));
  return allowed.reduce((caps, cap) => caps | (1n << BigInt(cap)), 0n);
}
