import { MASK_NAMES } from '../../kernel/masks.js';
import type { ReadContext } from '../read_context.js';
import type { PlacedText } from '../source_text.js';
import type { WarningCode } from '../warning_codes.js';
import { SETTING_OF_MASK } from './name_list.js';
import { failureOf, refusalOf, type UnitFailure } from './unit_failures.js';
import { bpffsOwnerOf, hasBpffs, hasUserns } from './unit_process.js';
import type { UnitSettings } from './unit_settings.js';

const CODE_OF_FAILURE: Readonly<Record<UnitFailure['kind'], WarningCode>> = {
  refused: 'refused-unit',
  fails: 'failing-unit',
  hidden: 'bpffs-is-hidden',
  filtered: 'bpf-is-filtered',
};

/**
 * Says why a unit that delegates gets no token: it is refused or fails, PrivateBPF= is not on, the bpffs belongs to the initial user
 * namespace, or it is hidden.
 */
export function warnOfUnit(settings: UnitSettings, { account }: ReadContext): void {
  const { places, masks, delegateNamespaces, privateUsers } = settings;
  const delegated = MASK_NAMES.filter((mask) => masks[mask].bits !== 0n).flatMap(
    (mask) => places.get(SETTING_OF_MASK[mask]) ?? [],
  );
  const warn = (at: PlacedText | undefined, code: WarningCode, message: string) => {
    // A drop-in is told of in the file that has the setting.
    if (at && at.at.file === account.file) account.warn(at.at, { code, message });
  };
  const isOn = hasBpffs(settings);
  const failure = refusalOf(settings) ?? (isOn ? failureOf(settings) : undefined);
  if (failure) warn(places.get(failure.setting), CODE_OF_FAILURE[failure.kind], failure.why);
  if (!isOn) {
    const [first] = delegated;
    warn(
      first ?? places.get('PrivateBPF'),
      'private-bpf-missing',
      'without PrivateBPF=yes systemd mounts no bpffs: nothing is delegated',
    );
    return;
  }
  if (bpffsOwnerOf(settings) !== 'init') return;
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
