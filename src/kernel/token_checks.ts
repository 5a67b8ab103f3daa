import { CAP_BPF } from '../abi/capabilities.js';
import { ERRNO } from '../abi/errno.js';
import { Disposition, Outcome } from '../abi/verdict.js';
import type { Superblock } from './bpffs.js';
import { bpfNsCapable, type Cred, capName, initialUserns, nsCapable } from './capability.js';
import type { KernelContext } from './context.js';
import type { FdTable } from './files.js';
import { areEmpty, MASK_KIND, MASK_NAMES } from './masks.js';
import type { Profile } from './profile.js';
import { selinuxTokenCapable, selinuxTokenCreate } from './selinux_hooks.js';
import { BpfToken } from './token.js';
import type { Trace } from './trace.js';

/** Whether the token counts for the command. Source: kernel/bpf/token.c: bpf_token_allow_cmd(). */
export function bpfTokenAllowCmd(
  { profile, lsm }: KernelContext,
  cred: Cred,
  token: BpfToken,
  cmd: number,
  trace?: Trace,
): boolean {
  const fn = 'bpf_token_allow_cmd';
  const drop = (disposition: Disposition): boolean => {
    if (trace) trace.disposition = disposition;
    return false;
  };
  if (profile.rules.token_needs_own_userns) {
    const own = cred.userns === token.userns;
    trace?.step(fn, own, () =>
      own
        ? `the caller is in the token's own userns ${token.userns.name}`
        : `the caller is in ${cred.userns.name}, the token belongs to ${token.userns.name}: only exactly that userns may use it`,
    );
    if (!own) return drop(Disposition.DROPPED_USERNS);
  }
  const name = () => profile.vocabulary.nameOf('cmds', cmd);
  if (!hasBit(token.allowed.cmds, cmd)) {
    trace?.step(fn, false, () => `allowed_cmds has no ${name()} (bit ${cmd})`);
    return drop(Disposition.DROPPED_CMD);
  }
  trace?.step(fn, true, () => `allowed_cmds has ${name()} (bit ${cmd})`);
  const refused = hasBit(token.denials.cmds, cmd) || (lsm.bpf_token_cmd?.(token, cmd) ?? 0) !== 0;
  if (refused) {
    trace?.step('security_bpf_token_cmd', false, () => `an LSM refuses ${name()} to this token`);
    return drop(Disposition.DROPPED_LSM);
  }
  return true;
}

/** Source: kernel/bpf/token.c: bpf_token_allow_map_type(). */
export function bpfTokenAllowMapType(
  { profile }: KernelContext,
  token: BpfToken,
  type: number,
  trace?: Trace,
): boolean {
  const known = type < profile.vocabulary.count.map_types;
  const allowed = known && hasBit(token.allowed.maps, type);
  trace?.step('bpf_token_allow_map_type', allowed, () => {
    const name = profile.vocabulary.nameOf('map_types', type);
    return `allowed_maps has ${allowed ? '' : 'no '}${name} (bit ${type})`;
  });
  if (!allowed && trace) trace.disposition = Disposition.DROPPED_TYPE;
  return allowed;
}

/** Source: kernel/bpf/token.c: bpf_token_allow_prog_type(). The attach type is the one after the fix-up. */
export function bpfTokenAllowProgType(
  { profile }: KernelContext,
  token: BpfToken,
  progType: number,
  attachType: number,
  trace?: Trace,
): boolean {
  const fn = 'bpf_token_allow_prog_type';
  const { vocabulary } = profile;
  const progKnown = progType < vocabulary.count.prog_types;
  const attachKnown = attachType < vocabulary.count.attach_types;
  const progAllowed = progKnown && hasBit(token.allowed.progs, progType);
  trace?.step(fn, progAllowed, () =>
    progKnown
      ? `allowed_progs has ${progAllowed ? '' : 'no '}${vocabulary.nameOf('prog_types', progType)} (bit ${progType})`
      : `program type ${progType} is past the last one`,
  );
  if (!progAllowed) {
    if (trace) trace.disposition = Disposition.DROPPED_TYPE;
    return false;
  }
  const attachAllowed = attachKnown && hasBit(token.allowed.attachs, attachType);
  trace?.step(fn, attachAllowed, () =>
    attachKnown
      ? `allowed_attachs has ${attachAllowed ? '' : 'no '}${vocabulary.nameOf('attach_types', attachType)} (bit ${attachType})`
      : `attach type ${attachType} is past the last one`,
  );
  if (!attachAllowed && trace) trace.disposition = Disposition.DROPPED_ATTACH_TYPE;
  return attachAllowed;
}

/** How bpf_token_capable() answered: a refusal by an LSM is told apart, for the reason. */
export type Capable = 'yes' | 'no' | 'lsm_refused';

/**
 * Whether the caller has a capability, through a token where there is one that counts for this caller. A token that does
 * not count changes nothing: the initial user namespace is asked, as without one, whatever token_falls_back_to_init says.
 * Source: kernel/bpf/token.c: bpf_token_capable(), as merged in 6.9; and as the designs v11 and v12 had it.
 */
export function bpfTokenCapable(
  context: KernelContext,
  cred: Cred,
  token: BpfToken | null,
  cap: number,
  trace?: Trace,
): Capable {
  const fn = 'bpf_token_capable';
  const { profile, lsm } = context;
  const init = initialUserns(cred.userns);
  if (!token) {
    trace?.step(fn, true, () => `no token counts: ${capName(cap)} is asked in the initial userns`);
    return bpfNsCapable(cred, init, cap, trace) ? 'yes' : 'no';
  }
  const { rules } = profile;
  if (rules.token_needs_own_userns && cred.userns !== token.userns) {
    trace?.step(
      fn,
      false,
      () =>
        `the caller is not in the token's userns ${token.userns.name}: ${capName(cap)} is asked in the initial userns, as without a token`,
    );
    return bpfNsCapable(cred, init, cap, trace) ? 'yes' : 'no';
  }
  trace?.step(fn, true, () => `the token counts: ${capName(cap)} is asked in its userns ${token.userns.name}`);
  if (bpfNsCapable(cred, token.userns, cap, trace)) {
    const refused = hasBit(token.denials.caps, cap) || (lsm.bpf_token_capable?.(token, cap) ?? 0) < 0;
    if (refused)
      trace?.step('security_bpf_token_capable', false, () => `an LSM refuses ${capName(cap)} through this token`);
    return refused || !selinuxTokenCapable(context, cred, token, cap, trace) ? 'lsm_refused' : 'yes';
  }
  if (!rules.token_falls_back_to_init) return 'no';
  trace?.step(fn, true, () => `${capName(cap)} is asked in the initial userns instead`);
  return bpfNsCapable(cred, init, cap, trace) ? 'yes' : 'no';
}

/** What a descriptor stands for when a token is wanted: the token, or -EBADF or -EINVAL. Source: bpf_token_get_from_fd(). */
export function bpfTokenGetFromFd(files: FdTable, fd: number): BpfToken | number {
  const file = files.fdget(fd);
  if (!file) return -ERRNO.EBADF;
  return file.kind === 'token' ? file.token : -ERRNO.EINVAL;
}

/**
 * The checks of BPF_TOKEN_CREATE from the superblock on, in the kernel's order: a token, or a negated errno.
 * Source: kernel/bpf/token.c: bpf_token_create().
 */
export function bpfTokenCreate(
  context: KernelContext,
  cred: Cred,
  sb: Superblock,
  name: string,
  trace?: Trace,
): BpfToken | number {
  const fn = 'bpf_token_create';
  const { profile, lsm } = context;
  const { rules } = profile;
  const refuse = (outcome: Outcome, errno: number): number => trace?.refuse(outcome, errno) ?? -errno;

  const sameUserns = cred.userns === sb.userns;
  trace?.step(fn, sameUserns, () => `the caller is in ${cred.userns.name}, the bpffs belongs to ${sb.userns.name}`);
  if (!sameUserns) return refuse(Outcome.CREATE_USERNS_MISMATCH, ERRNO.EPERM);

  trace?.step(fn, true, () => `CAP_BPF itself is needed in ${sb.userns.name}: CAP_SYS_ADMIN does not stand in here`);
  if (!nsCapable(cred, sb.userns, CAP_BPF, trace)) {
    if (trace) trace.capability = CAP_BPF;
    return refuse(Outcome.CAP_BPF_MISSING, ERRNO.EPERM);
  }

  if (sb.userns.isInitial && !rules.token_create_in_init_userns) {
    trace?.step(fn, false, () => 'no token can be made in the initial userns');
    return refuse(Outcome.CREATE_IN_INIT_USERNS, ERRNO.EOPNOTSUPP);
  }
  const { delegate } = sb.options;
  if (!rules.token_create_without_delegation && areEmpty(delegate)) {
    trace?.step(fn, false, () => 'the bpffs delegates nothing');
    return refuse(Outcome.CREATE_NO_DELEGATION, ERRNO.ENOENT);
  }
  const token = new BpfToken(name, sb.userns, delegate, sb.tokenDenials, sb.creator);
  const answer = sb.lsmCreateErrno !== 0 ? -sb.lsmCreateErrno : (lsm.bpf_token_create?.(token, sb) ?? 0);
  if (answer !== 0) {
    trace?.step('security_bpf_token_create', false, () => 'an LSM refuses this token');
    return refuse(Outcome.CREATE_LSM_REFUSED, -answer);
  }
  const refused = selinuxTokenCreate(context, cred, token, trace);
  if (refused !== 0) return refuse(Outcome.CREATE_LSM_REFUSED, -refused);
  trace?.step(fn, true, () => 'the token is made, with a copy of the four masks');
  return token;
}

/** What /proc/PID/fdinfo/FD shows of a token. Source: kernel/bpf/token.c: bpf_token_show_fdinfo(). */
export function bpfTokenShowFdinfo({ vocabulary }: Profile, token: BpfToken): string {
  return MASK_NAMES.map((mask) => {
    const known = vocabulary.knownMask(MASK_KIND[mask]);
    const value = token.allowed[mask];
    return `allowed_${mask}:\t${(value & known) === known ? 'any' : `0x${value.toString(16)}`}\n`;
  }).join('');
}

function hasBit(mask: bigint, bit: number): boolean {
  return bit < 64 && (mask & (1n << BigInt(bit))) !== 0n;
}
