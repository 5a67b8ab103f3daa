import { CAPABILITY_NAMES } from '../abi/capabilities.js';

/** Classes of SELinux that decide of BPF (security/selinux/include/classmap.h). */
export const SELINUX_CLASSES = ['bpf', 'capability', 'capability2', 'cap_userns', 'cap2_userns'] as const;
export type SelinuxClass = (typeof SELINUX_CLASSES)[number];

/** Permissions of class `bpf`; those that end in `_as` came with 7.0. */
export const BPF_PERMISSIONS = [
  'map_create',
  'map_read',
  'map_write',
  'prog_load',
  'prog_run',
  'map_create_as',
  'prog_load_as',
] as const;
export type BpfPermission = (typeof BPF_PERMISSIONS)[number];

/** Capabilities of one class: the others are in the class whose name has a 2. */
const CAPABILITIES_A_CLASS = 32;
/** Most domains of a world: the hot path has a table of all pairs. */
export const MAX_DOMAINS = 64;
/** Entry 0 of a world's domains: as a source it is allowed everything, as an unconfined domain of the reference policy is. */
export const UNCONFINED = 'unconfined_t';

/** One access that SELinux is asked for: domains by index, and a permission of a class. */
export interface Access {
  readonly source: number;
  readonly target: number;
  readonly class: SelinuxClass;
  readonly permission: string;
}

/** A rule of a policy: `allow source target:class permission`. */
export type AllowRule = Access;

/** SELinux and its policy, as a world has them. */
export interface SelinuxSpec {
  /** Whether the policy has the capability bpf_token_perms. Kernels before 7.0 do not know it. */
  readonly bpfTokenPerms: boolean;
  /** Names; entry 0 is UNCONFINED. MAX_DOMAINS at most. */
  readonly domains: readonly string[];
  readonly rules: readonly AllowRule[];
}

/** A policy that answers. */
export class SelinuxPolicy {
  readonly bpfTokenPerms: boolean;
  readonly #domains: readonly string[];
  readonly #allowed: ReadonlySet<string>;

  constructor({ bpfTokenPerms, domains, rules }: SelinuxSpec) {
    this.bpfTokenPerms = bpfTokenPerms;
    this.#domains = domains;
    this.#allowed = new Set(rules.map(accessKey));
  }

  /** Source: security/selinux/avc.c: avc_has_perm(), where SELinux enforces. */
  allows(access: Access): boolean {
    return access.source === 0 || this.#allowed.has(accessKey(access));
  }

  /** `agent_t manager_t:bpf map_create_as` */
  describe({ source, target, class: name, permission }: Access): string {
    return `${this.#domains[source]} ${this.#domains[target]}:${name} ${permission}`;
  }
}

/** Who a process is to SELinux. */
export interface SelinuxLabel {
  readonly policy: SelinuxPolicy;
  /** Index of the domain. */
  readonly domain: number;
}

/** The access that a capability is in the class of: those of the initial user namespace have classes of their own. */
export function capabilityAccess(source: number, target: number, cap: number, isInitial: boolean): Access {
  const second = cap >= CAPABILITIES_A_CLASS ? '2' : '';
  const name = isInitial ? (`capability${second}` as const) : (`cap${second}_userns` as const);
  return { source, target, class: name, permission: capabilityPermission(cap) };
}

/** Permissions of a class by name, in the order of their bits. */
export function permissionsOf(name: SelinuxClass): readonly string[] {
  if (name === 'bpf') return BPF_PERMISSIONS;
  const first = name.includes('2') ? CAPABILITIES_A_CLASS : 0;
  return CAPABILITY_NAMES.map((_, cap) => capabilityPermission(cap)).slice(first, first + CAPABILITIES_A_CLASS);
}

/** `net_admin` of CAP_NET_ADMIN. */
export function capabilityPermission(cap: number): string {
  return (CAPABILITY_NAMES[cap] ?? `CAP_${cap}`).slice('CAP_'.length).toLowerCase();
}

function accessKey({ source, target, class: name, permission }: Access): string {
  return `${source} ${target} ${name} ${permission}`;
}
