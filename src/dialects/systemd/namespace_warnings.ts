import { MASK_NAMES } from '../../kernel/masks.js';
import type { ReadContext } from '../read_context.js';
import type { PlacedText } from '../source_text.js';
import { SETTING_OF_MASK } from './name_list.js';
import { bpffsOwnerOf, hasUserns } from './unit_delegation.js';
import type { UnitSettings } from './unit_settings.js';

/** Says why a unit that delegates gets no token: PrivateBPF= is not on, or the bpffs belongs to the initial user namespace. */
export function warnOfNamespaces(settings: UnitSettings, { account }: ReadContext): void {
  const { places, privateBpf, masks, delegateNamespaces, privateUsers } = settings;
  const delegated = MASK_NAMES.filter((mask) => masks[mask].bits !== 0n).flatMap(
    (mask) => places.get(SETTING_OF_MASK[mask]) ?? [],
  );
  const warn = (at: PlacedText | undefined, code: 'private-bpf-missing' | 'wrong-userns', message: string) => {
    // A drop-in is told of in the file that has the setting.
    if (at && at.at.file === account.file) account.warn(at.at, { code, message });
  };
  if (!privateBpf) {
    const [first] = delegated;
    warn(
      first ?? places.get('PrivateBPF'),
      'private-bpf-missing',
      'without PrivateBPF=yes systemd mounts no bpffs: nothing is delegated',
    );
    return;
  }
  if (bpffsOwnerOf(settings) === 'own') return;
  const remedy = 'DelegateNamespaces=mnt gives the unit a user namespace that owns the bpffs';
  if (!hasUserns(settings)) {
    warn(
      places.get('PrivateBPF'),
      'wrong-userns',
      `the bpffs belongs to the initial user namespace, where no token can be made (EOPNOTSUPP): ${remedy}`,
    );
    return;
  }
  const cause =
    delegateNamespaces === undefined
      ? `PrivateUsers=${privateUsers === 'self' ? 'yes' : privateUsers} makes the user namespace after the bpffs is mounted`
      : 'DelegateNamespaces= without mnt, net, pid or cgroup makes the user namespace after the bpffs is mounted';
  const at = delegateNamespaces === undefined ? places.get('PrivateUsers') : places.get('DelegateNamespaces');
  warn(at ?? places.get('PrivateBPF'), 'wrong-userns', `${cause}: no token can be made (EPERM): ${remedy}`);
}
