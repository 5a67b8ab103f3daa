import { CAPABILITY_NAMES } from '../../abi/capabilities.js';
import type { BpffsOwner, DelegateProcess } from '../delegation.js';
import type { CommandExtent } from './exec_start.js';
import { TAKEN_BY, type UnitSettings } from './unit_settings.js';
import { ALL_CAPABILITIES } from './values.js';

/** The uids of DynamicUser= (systemd 262, meson_options.txt: dynamic-uid-min, dynamic-uid-max); the first stands for all. */
export const DYNAMIC_UIDS = [61184, 65519] as const;
/** The uid that stands for a user of a name. */
export const NAMED_UID = 1000;
/** Users that every system has. */
const KNOWN_USERS: Readonly<Record<string, number>> = { root: 0, nobody: 65534 };

/** Namespaces with which the mount namespace is unshared inside of the user namespace. */
const WITH_MOUNTS = ['mnt', 'net', 'pid', 'cgroup'] as const;

/**
 * A user namespace is made where PrivateUsers= asks for it, or where DelegateNamespaces= is made at all, even to `no`.
 * Source: systemd 262, src/core/exec-invoke.c: exec_context_get_effective_private_users().
 */
export function hasUserns({ privateUsers, delegateNamespaces, userNamespacePath }: UnitSettings): boolean {
  return privateUsers !== 'no' || delegateNamespaces !== undefined || userNamespacePath !== '';
}

/**
 * The bpffs belongs to the user namespace in which its mount namespace is unshared. That is done after the user namespace where mnt is
 * delegated, or one of net, pid and cgroup, which need mounts of their own; otherwise before. Undefined where another file may say it.
 * Source: systemd 262, src/core/exec-invoke.c: exec_namespace_is_delegated(), setup_delegated_namespaces().
 */
export function bpffsOwnerOf(settings: UnitSettings): BpffsOwner | undefined {
  const { delegateNamespaces, isPartial, places } = settings;
  if (isPartial && !places.has('DelegateNamespaces')) return undefined;
  return WITH_MOUNTS.some((name) => delegateNamespaces?.has(name)) ? 'own' : 'init';
}

/** Whether systemd mounts a bpffs for the unit, as far as is known: a drop-in may leave that to the file of the unit itself. */
export function hasBpffs({ privateBpf, isPartial, places }: UnitSettings): boolean {
  return privateBpf || (isPartial === true && !places.has('PrivateBPF'));
}

/** Settings of a process that say which user and which capabilities it has. */
const OF_PROCESS = [
  'User',
  'DynamicUser',
  'AmbientCapabilities',
  'CapabilityBoundingSet',
  'SecureBits',
  'PrivateUsers',
];

/** The process that a unit starts; undefined where only its own file, which is not read, can say it. */
export function knownProcessOf(settings: UnitSettings): DelegateProcess | undefined {
  const { isPartial, places } = settings;
  if (!isPartial) return processOf(settings);
  if (!OF_PROCESS.some((name) => places.has(name))) return undefined;
  return { ...processOf(settings), userns: bpffsOwnerOf(settings) ?? 'own' };
}

/** How much of the settings the process gets: that of the first command that gets any of them. */
export function extentOf({ commandsOf }: UnitSettings): CommandExtent {
  const commands = commandsOf.get('ExecStart') ?? [];
  return commands.find((extent) => extent !== 'none') ?? commands[0] ?? 'all';
}

/** The user of the process, as the unit says it. */
export type UnitUser =
  | { readonly kind: 'known'; readonly uid: number }
  /** A number that a user has to have. */
  | { readonly kind: 'number'; readonly uid: number }
  | { readonly kind: 'named'; readonly uid: number; readonly name: string }
  | { readonly kind: 'dynamic'; readonly uid: number };

/**
 * The user: that of User=, where it is one of the system even with DynamicUser=. A command with `!` stays root.
 * Source: systemd 262, src/core/exec-invoke.c: exec_invoke() (needs_setuid), get_fixed_user(); src/core/dynamic-user.c:
 * dynamic_user_realize().
 */
export function userOf(settings: UnitSettings): UnitUser {
  const { user, dynamicUser, privateUsers } = settings;
  if (extentOf(settings) !== 'all' || privateUsers === 'managed') return { kind: 'known', uid: 0 };
  if (user === undefined) return dynamicUser ? { kind: 'dynamic', uid: DYNAMIC_UIDS[0] } : { kind: 'known', uid: 0 };
  const known = Object.hasOwn(KNOWN_USERS, user) ? KNOWN_USERS[user] : undefined;
  if (known !== undefined) return { kind: 'known', uid: known };
  if (/^\d+$/.test(user)) return { kind: Number(user) === 0 ? 'known' : 'number', uid: Number(user) };
  return dynamicUser ? { kind: 'dynamic', uid: DYNAMIC_UIDS[0] } : { kind: 'named', uid: NAMED_UID, name: user };
}

/** The bounding set, without what other settings take out of it. Source: systemd 262, src/core/unit.c: unit_patch_contexts(). */
export function boundingSetOf({ bounding, withoutCapabilities }: UnitSettings): bigint {
  let allowed = bounding & ALL_CAPABILITIES;
  for (const setting of withoutCapabilities) {
    for (const name of TAKEN_BY[setting] ?? []) allowed &= ~(1n << BigInt(CAPABILITY_NAMES.indexOf(name)));
  }
  return allowed;
}

/**
 * Root has every capability of the bounding set in its user namespace, but with SecureBits=noroot; another user has the ambient ones
 * that are in the bounding set. Source: systemd 262, src/core/exec-invoke.c: exec_invoke(), enforce_user().
 */
export function processOf(settings: UnitSettings): DelegateProcess {
  const { ambient, hasNoRoot } = settings;
  const user = userOf(settings);
  const { uid } = user;
  const account = user.kind === 'dynamic' || user.kind === 'named' ? user : undefined;
  const allowed = boundingSetOf(settings);
  const caps = uid === 0 && !hasNoRoot ? allowed : ambient & allowed;
  return { userns: hasUserns(settings) ? 'own' : 'init', uid, caps, ...(account && { account }) };
}
