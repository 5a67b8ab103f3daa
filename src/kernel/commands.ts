import { CAP_NET_ADMIN, CAP_SYS_ADMIN } from '../abi/capabilities.js';
import type { Profile, Rules } from './profile.js';
import type { Request } from './world.js';

/** The part of a profile that says what commands there are and which of them take a token: a vocabulary and one rule. */
export interface CommandProfile extends Pick<Profile, 'vocabulary'> {
  readonly rules: Pick<Rules, 'btf_get_fd_by_id_takes_token'>;
}

/** What decides about a bpf() command. */
export type Gate =
  /** Capabilities, through a token where one permits it. */
  | { readonly kind: 'token' }
  /** A capability in the initial user namespace, with no way for a token to stand in. */
  | {
      readonly kind: 'init_capability';
      /** The kernel function that asks. */
      readonly fn: string;
      readonly cap: number;
      /** The permission is asked before the attributes are looked at. */
      readonly permissionFirst: boolean;
    }
  /** The descriptors in the attributes; for cgroup_skb programs also CAP_NET_ADMIN, through the program's own token. */
  | { readonly kind: 'attach' }
  /** The descriptor: a caller that holds it, or may open the path, may go on. */
  | { readonly kind: 'descriptor' }
  | { readonly kind: 'token_create' }
  | { readonly kind: 'unknown' };

/** Where a command's attributes have room for a token descriptor. */
export type TokenSupport =
  | 'taken'
  /** There is a flags or token field, and the command's CHECK_ATTR refuses it set: EINVAL. */
  | 'refused'
  /** No field at all: a caller has no way to hand one over, so it changes nothing. */
  | 'none';

const TOKEN: Gate = { kind: 'token' };
const DESCRIPTOR: Gate = { kind: 'descriptor' };
const ATTACH: Gate = { kind: 'attach' };

/** capable(CAP_SYS_ADMIN) in a function of kernel/bpf/syscall.c, after its attribute check. */
function sysAdmin(fn: string): Gate {
  return { kind: 'init_capability', fn, cap: CAP_SYS_ADMIN, permissionFirst: false };
}

/**
 * By command name. Source: kernel/bpf/syscall.c, the functions __sys_bpf() dispatches to, 6.12 and 7.3.
 * Commands not named here go by the descriptor.
 */
const GATES: Readonly<Record<string, Gate>> = {
  map_create: TOKEN,
  prog_load: TOKEN,
  btf_load: TOKEN,
  btf_get_fd_by_id: TOKEN,
  token_create: { kind: 'token_create' },
  prog_get_next_id: sysAdmin('bpf_obj_get_next_id'),
  map_get_next_id: sysAdmin('bpf_obj_get_next_id'),
  btf_get_next_id: sysAdmin('bpf_obj_get_next_id'),
  link_get_next_id: sysAdmin('bpf_obj_get_next_id'),
  prog_get_fd_by_id: sysAdmin('bpf_prog_get_fd_by_id'),
  map_get_fd_by_id: sysAdmin('bpf_map_get_fd_by_id'),
  link_get_fd_by_id: sysAdmin('bpf_link_get_fd_by_id'),
  task_fd_query: sysAdmin('bpf_task_fd_query'),
  enable_stats: sysAdmin('bpf_enable_stats'),
  // bpf_net_capable() comes before CHECK_ATTR
  prog_query: { kind: 'init_capability', fn: 'bpf_prog_query', cap: CAP_NET_ADMIN, permissionFirst: true },
  // bpf_prog_attach(), link_create(): both call bpf_prog_attach_check_attach_type()
  prog_attach: ATTACH,
  link_create: ATTACH,
};

/** Commands whose attributes share the union with open_flags, so that a token flag is seen and refused. */
const BY_ID = new Set([
  'prog_get_next_id',
  'map_get_next_id',
  'btf_get_next_id',
  'link_get_next_id',
  'prog_get_fd_by_id',
  'map_get_fd_by_id',
  'link_get_fd_by_id',
]);

/** What decides about a command of this kernel. */
export function gateOf(profile: Pick<Profile, 'vocabulary'>, cmd: number): Gate {
  if (!profile.vocabulary.has('cmds', cmd)) return { kind: 'unknown' };
  return GATES[profile.vocabulary.nameOf('cmds', cmd)] ?? DESCRIPTOR;
}

/** Whether a command of this kernel can be handed a token. For the attach commands: the program's own. */
export function tokenSupportOf(profile: CommandProfile, cmd: number): TokenSupport {
  const name = profile.vocabulary.nameOf('cmds', cmd);
  if (name === 'btf_get_fd_by_id' && !profile.rules.btf_get_fd_by_id_takes_token) return 'refused';
  if (BY_ID.has(name)) return 'refused';
  const { kind } = gateOf(profile, cmd);
  return kind === 'token' || kind === 'attach' ? 'taken' : 'none';
}

/** How the token of a request reaches the permission checks. */
export type TokenRoute =
  /** The call passes it in its attributes. */
  | 'call'
  /** The program to attach was loaded with it, and kept it. */
  | 'program'
  /** The call has a field that could hold one, and is refused where it does. */
  | 'refused'
  /** No check consults one: the call has no field for it, or attaching a program of this type asks no capability. */
  | 'none';

/** How the token of a request reaches the permission checks of this kernel. */
export function tokenRouteOf(profile: CommandProfile, { cmd, type }: Pick<Request, 'cmd' | 'type'>): TokenRoute {
  const support = tokenSupportOf(profile, cmd);
  if (support !== 'taken') return support;
  if (gateOf(profile, cmd).kind !== 'attach') return 'call';
  return type === profile.vocabulary.require('prog_types', 'cgroup_skb') ? 'program' : 'none';
}

/** Whether a token can make a difference to what this kernel answers to a request, other than being refused. */
export function takesToken(profile: CommandProfile, request: Pick<Request, 'cmd' | 'type'>): boolean {
  const route = tokenRouteOf(profile, request);
  return route === 'call' || route === 'program';
}
