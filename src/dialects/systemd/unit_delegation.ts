import { MASK_NAMES } from '../../kernel/masks.js';
import type { BpffsOwner, DelegateProcess, Delegation, DelegationAssumption } from '../delegation.js';
import type { Span } from '../source_text.js';
import type { UnitSettings } from './unit_settings.js';
import { ALL_CAPABILITIES } from './values.js';

/** Where systemd mounts the bpffs of a unit. */
const BPFFS_PATH = '/sys/fs/bpf';
/** The first uid of DynamicUser= (systemd 262, meson_options.txt: dynamic-uid-min). */
const DYNAMIC_UID = 61184;
/** The uid that stands for a user of a name. */
const NAMED_UID = 1000;

/** Namespaces with which the mount namespace is unshared inside of the user namespace. */
const WITH_MOUNTS = ['mnt', 'net', 'pid', 'cgroup'] as const;

/** What becomes of a unit: the owner of its bpffs, and its process. */
export interface UnitOutcome {
  readonly owner: BpffsOwner;
  readonly process: DelegateProcess;
  readonly assumptions: readonly DelegationAssumption[];
  readonly unusable: string | undefined;
}

/**
 * A user namespace is made where PrivateUsers= asks for it, or where DelegateNamespaces= is made at all, even to `no`.
 * Source: systemd 262, src/core/exec-invoke.c: exec_context_get_effective_private_users().
 */
export function hasUserns({ privateUsers, delegateNamespaces, userNamespacePath }: UnitSettings): boolean {
  return privateUsers !== 'no' || delegateNamespaces !== undefined || userNamespacePath !== '';
}

/**
 * The bpffs belongs to the user namespace in which its mount namespace is unshared. That is done after the user namespace where mnt is
 * delegated, or one of net, pid and cgroup, which need mounts of their own; otherwise before.
 * Source: systemd 262, src/core/exec-invoke.c: exec_namespace_is_delegated(), setup_delegated_namespaces().
 */
export function bpffsOwnerOf(settings: UnitSettings): BpffsOwner {
  const { delegateNamespaces } = settings;
  return WITH_MOUNTS.some((name) => delegateNamespaces?.has(name)) ? 'own' : 'init';
}

/**
 * Root keeps every capability of the bounding set in its user namespace; another user has the ambient ones.
 * Source: systemd 262, src/core/exec-invoke.c: exec_invoke(), enforce_user().
 */
function processOf(settings: UnitSettings): DelegateProcess {
  const { user, dynamicUser, ambient, bounding, privateUsers } = settings;
  const isRoot = !dynamicUser && (user === undefined || user === 'root' || user === '0');
  const number = user !== undefined && /^\d+$/.test(user) ? Number(user) : undefined;
  const uid = isRoot || privateUsers === 'managed' ? 0 : (number ?? (dynamicUser ? DYNAMIC_UID : NAMED_UID));
  return {
    userns: hasUserns(settings) ? 'own' : 'init',
    uid,
    caps: (isRoot ? bounding : ambient & bounding) & ALL_CAPABILITIES,
  };
}

/**
 * Why systemd refuses a unit; undefined where it does not. Source: systemd 262, src/core/unit.c: unit_verify_contexts().
 */
export function refusalOf(settings: UnitSettings): string | undefined {
  const { isRefused, privateUsers, user, dynamicUser, userNamespacePath } = settings;
  if (isRefused) return 'systemd refuses the unit: a line cannot be read';
  if (privateUsers === 'managed' && (user !== undefined || dynamicUser)) {
    return 'systemd refuses the unit: PrivateUsers=managed excludes User= and DynamicUser=';
  }
  if (privateUsers !== 'no' && userNamespacePath !== '') {
    return 'systemd refuses the unit: PrivateUsers= excludes UserNamespacePath=';
  }
  return undefined;
}

/** What becomes of a unit, or why it has no token. */
export function outcomeOf(name: string, settings: UnitSettings): UnitOutcome {
  const { privateBpf, prefixes, user, dynamicUser } = settings;
  const process = processOf(settings);
  const assumptions: DelegationAssumption[] = [];
  if (process.uid === NAMED_UID && user !== undefined && !/^\d+$/.test(user) && !dynamicUser) {
    assumptions.push({
      about: 'process',
      of: name,
      text: `the user ${user} has the uid ${NAMED_UID}: a unit does not say it`,
    });
  }
  const isPrivileged = prefixes.length > 0 && prefixes.every((prefix) => prefix.includes('+'));
  const refusal = refusalOf(settings);
  const unusable =
    refusal !== undefined
      ? refusal
      : !privateBpf
        ? 'PrivateBPF= is not on: systemd mounts no bpffs for the unit'
        : isPrivileged
          ? 'ExecStart=+ starts the process without any of these settings'
          : undefined;
  return { owner: bpffsOwnerOf(settings), process, assumptions, unusable };
}

/** The delegation of a unit; undefined for one that says nothing about it. */
export function unitDelegation(name: string, at: Span, settings: UnitSettings): Delegation | undefined {
  const { privateBpf, masks, privateNetwork, networkNamespacePath } = settings;
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
    network: privateNetwork || networkNamespacePath !== '' ? 'own' : 'host',
    assumptions,
    unusable,
  };
}
