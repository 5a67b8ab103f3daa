import { MASK_NAMES } from '../../kernel/masks.js';
import type { BpffsOwner, DelegateProcess, Delegation, DelegationAssumption } from '../delegation.js';
import type { Span } from '../source_text.js';
import { BPFFS_PATH } from './bpffs_cover.js';
import { failureOf, refusalOf } from './unit_failures.js';
import { bpffsOwnerOf, DYNAMIC_UIDS, extentOf, hasBpffs, knownProcessOf, NAMED_UID, userOf } from './unit_process.js';
import type { UnitSettings } from './unit_settings.js';

/** What becomes of a unit: the owner of its bpffs, and its process. */
export interface UnitOutcome {
  /** Undefined, as the process, where only the file of the unit itself can say it. */
  readonly owner: BpffsOwner | undefined;
  readonly process: DelegateProcess | undefined;
  readonly assumptions: readonly DelegationAssumption[];
  readonly unusable: string | undefined;
}

const OTHER_FILE = 'the file of the unit itself, which is not read,';

/** What a unit does not say of its process, and what is assumed. */
function assumptionsOf(name: string, settings: UnitSettings): readonly DelegationAssumption[] {
  const user = userOf(settings);
  const texts: string[] = [];
  const { isPartial, places } = settings;
  if (isPartial && !places.has('PrivateBPF')) texts.push(`${OTHER_FILE} has PrivateBPF=yes`);
  if (isPartial && knownProcessOf(settings)) texts.push(`${OTHER_FILE} sets nothing else of the process`);
  if (user.kind === 'named') texts.push(`the user ${user.name} has the uid ${NAMED_UID}: a unit does not say it`);
  if (user.kind === 'number') texts.push(`a user has the uid ${user.uid}: without one the unit fails (217/USER)`);
  if (user.kind === 'dynamic') {
    texts.push(`DynamicUser= gives the uid ${user.uid}: it gives any from ${DYNAMIC_UIDS[0]} to ${DYNAMIC_UIDS[1]}`);
  }
  if (settings.pamName !== '') texts.push('modules of PAM add no ambient capability');
  if (settings.privateUsers === 'managed') texts.push('systemd-nsresourced and systemd-mountfsd run');
  if (settings.userNamespacePath !== '') {
    texts.push(`the user namespace at ${settings.userNamespacePath} is a child of the initial one, with its uids`);
  }
  return texts.map((text) => ({ about: 'process', of: name, text }));
}

/** What becomes of a unit, or why it has no token. */
export function outcomeOf(name: string, settings: UnitSettings): UnitOutcome {
  const refusal = refusalOf(settings);
  const unusable = refusal
    ? refusal.why
    : !hasBpffs(settings)
      ? 'PrivateBPF= is not on: systemd mounts no bpffs for the unit'
      : extentOf(settings) === 'none'
        ? 'ExecStart=+ starts the process without any of these settings'
        : failureOf(settings)?.why;
  const process = knownProcessOf(settings);
  return { owner: bpffsOwnerOf(settings), process, assumptions: assumptionsOf(name, settings), unusable };
}

/** The delegation of a unit; undefined for one that says nothing about it. */
export function unitDelegation(name: string, at: Span, settings: UnitSettings): Delegation | undefined {
  const { privateBpf, masks, privateNetwork, networkNamespacePath, isPartial } = settings;
  const hasNetwork = privateNetwork || networkNamespacePath !== '';
  if (!privateBpf && MASK_NAMES.every((mask) => masks[mask].at === undefined)) return undefined;
  const { owner, process, assumptions, unusable } = outcomeOf(name, settings);
  return {
    kind: 'bpffs',
    name,
    at,
    path: BPFFS_PATH,
    masks,
    uid: undefined,
    gid: undefined,
    mode: undefined,
    owner,
    process,
    network: hasNetwork ? 'own' : isPartial ? undefined : 'host',
    ...(isPartial && { isPartial }),
    assumptions,
    unusable,
  };
}
