import { Fault } from '../abi/verdict.js';
import { invalidArgument, requireObject } from '../kernel/arguments.js';
import { MASK_NAMES, type MaskName, type Masks } from '../kernel/masks.js';
import type { AllowRule } from '../kernel/selinux.js';
import { NO_TOKEN, type World } from '../kernel/world.js';
import { checkRequestContext, type RequestContext } from './request_context.js';

/** Something a person can change so that a request passes: in the world, or in the request. */
export type Remedy =
  /** Sets a bit of a delegation mask and makes the token again. */
  | { readonly kind: 'delegate'; readonly token: number; readonly mask: MaskName; readonly bit: number }
  /** Gives a task a capability, in its own user namespace. */
  | { readonly kind: 'grant'; readonly task: number; readonly cap: number }
  /** Passes another token of the world to the call. */
  | { readonly kind: 'use_token'; readonly token: number }
  /** Has another task of the world make the call. */
  | { readonly kind: 'other_task'; readonly task: number }
  /** Makes the call without a token. */
  | { readonly kind: 'no_token' }
  /** Delegates just these bits to a user namespace, makes a token there and uses it. */
  | { readonly kind: 'new_token'; readonly userns: number; readonly bits: Readonly<Partial<Record<MaskName, number>>> }
  /** Has the LSM let the token be used for a command. */
  | { readonly kind: 'lsm_allow_cmd'; readonly token: number; readonly cmd: number }
  /** Has the LSM let a capability count through the token. */
  | { readonly kind: 'lsm_allow_cap'; readonly token: number; readonly cap: number }
  /** Names another bpffs of the world to BPF_TOKEN_CREATE. */
  | { readonly kind: 'use_bpffs'; readonly bpffs: number }
  /**
   * Mounts a bpffs from a user namespace and names it to BPF_TOKEN_CREATE. It delegates what the bpffs `like` does, and these
   * bits.
   */
  | {
      readonly kind: 'new_bpffs';
      readonly userns: number;
      readonly like: number;
      readonly bits: Readonly<Partial<Record<MaskName, number>>>;
    }
  /** Has the LSM let tokens be made from a bpffs. */
  | { readonly kind: 'lsm_allow_create'; readonly bpffs: number }
  /** Adds an allow rule to the policy of SELinux. */
  | ({ readonly kind: 'selinux_allow' } & AllowRule)
  | { readonly kind: 'attach_type'; readonly attachType: number }
  | { readonly kind: 'insn_cnt'; readonly insnCnt: number }
  /** Gives the program a licence that is compatible with the GPL. */
  | { readonly kind: 'gpl' }
  /** Puts right what is wrong with the attributes or descriptors. */
  | { readonly kind: 'fix_attributes'; readonly pre: Fault };

/**
 * The request and its world after a remedy. Nothing given is modified. Throws an InvalidArgumentError for an object that is not a
 * remedy, or that names a row the world does not have, and as checkRequestContext() does.
 */
export function applyRemedy(context: RequestContext, change: Remedy): RequestContext {
  checkRequestContext(context);
  requireObject('change', change);
  return contextAfter(context, change);
}

/** The same for a context that is checked already. */
export function contextAfter({ world, request }: RequestContext, change: Remedy): RequestContext {
  switch (change.kind) {
    case 'delegate':
      return { world: withBit(world, change.token, change.mask, change.bit), request };
    case 'grant':
      return { world: withCapability(world, change.task, change.cap), request };
    case 'use_token':
      return { world, request: { ...request, token: change.token } };
    case 'other_task':
      return { world, request: { ...request, task: change.task } };
    case 'no_token':
      return { world, request: { ...request, token: NO_TOKEN } };
    case 'new_token':
      return {
        world: withNewToken(world, change.userns, change.bits),
        request: { ...request, token: world.tokens.length },
      };
    case 'use_bpffs':
      return { world, request: { ...request, bpffs: change.bpffs } };
    case 'new_bpffs':
      return {
        world: withNewBpffs(world, change.userns, change.like, change.bits),
        request: { ...request, bpffs: world.bpffs.length },
      };
    case 'lsm_allow_create':
      return { world: withoutCreateDenial(world, change.bpffs), request };
    case 'lsm_allow_cmd':
      return { world: withoutDenial(world, change.token, { cmd: change.cmd }), request };
    case 'lsm_allow_cap':
      return { world: withoutDenial(world, change.token, { cap: change.cap }), request };
    case 'selinux_allow':
      return { world: withRule(world, change), request };
    case 'attach_type':
      return { world, request: { ...request, attachType: change.attachType } };
    case 'insn_cnt':
      return { world, request: { ...request, insnCnt: change.insnCnt } };
    case 'gpl': {
      const { program } = request;
      return program ? { world, request: { ...request, program: { ...program, isGpl: true } } } : { world, request };
    }
    case 'fix_attributes':
      return { world, request: { ...request, pre: Fault.NONE } };
    default:
      throw invalidArgument('change.kind', (change as Remedy).kind, 'the kind of a change');
  }
}

function withBit(world: World, id: number, mask: MaskName, bit: number): World {
  const token = at(world.tokens, id);
  const allowed = { ...token.allowed, [mask]: token.allowed[mask] | (1n << BigInt(bit)) };
  return { ...world, tokens: world.tokens.with(id, { ...token, allowed }) };
}

function withCapability(world: World, id: number, cap: number): World {
  const task = at(world.tasks, id);
  return { ...world, tasks: world.tasks.with(id, { ...task, effective: task.effective | (1n << BigInt(cap)) }) };
}

type MaskBits = Readonly<Partial<Record<MaskName, number>>>;

function masksOf(bits: MaskBits): Masks {
  const mask = (name: MaskName): bigint => {
    const bit = bits[name];
    return bit === undefined ? 0n : 1n << BigInt(bit);
  };
  return { cmds: mask('cmds'), maps: mask('maps'), progs: mask('progs'), attachs: mask('attachs') };
}

function withNewBpffs(world: World, userns: number, like: number, bits: MaskBits): World {
  const { options, domain } = at(world.bpffs, like);
  const more = masksOf(bits);
  const delegate = { ...options.delegate };
  for (const mask of MASK_NAMES) delegate[mask] |= more[mask];
  const bpffs = {
    name: `new bpffs of ${at(world.userns, userns).name}`,
    userns,
    options: { ...options, delegate },
    denials: { cmds: 0n, caps: 0n },
    lsmCreateErrno: 0,
    ...(domain === undefined ? {} : { domain }),
  };
  return { ...world, bpffs: [...world.bpffs, bpffs] };
}

function withoutCreateDenial(world: World, id: number): World {
  return { ...world, bpffs: world.bpffs.with(id, { ...at(world.bpffs, id), lsmCreateErrno: 0 }) };
}

function withRule(world: World, { source, target, class: name, permission }: AllowRule): World {
  const { selinux } = world;
  if (!selinux) throw invalidArgument('change', 'selinux_allow', 'a change of a world that has SELinux');
  at(selinux.domains, source);
  at(selinux.domains, target);
  const rule = { source, target, class: name, permission };
  return { ...world, selinux: { ...selinux, rules: [...selinux.rules, rule] } };
}

function withNewToken(world: World, userns: number, bits: MaskBits): World {
  const token = {
    name: `new token of ${world.userns[userns]?.name}`,
    userns,
    allowed: masksOf(bits),
    denials: { cmds: 0n, caps: 0n },
  };
  return { ...world, tokens: [...world.tokens, token] };
}

function withoutDenial(world: World, id: number, { cmd, cap }: { cmd?: number; cap?: number }): World {
  const token = at(world.tokens, id);
  const clear = (mask: bigint, bit: number | undefined) => (bit === undefined ? mask : mask & ~(1n << BigInt(bit)));
  const denials = { cmds: clear(token.denials.cmds, cmd), caps: clear(token.denials.caps, cap) };
  return { ...world, tokens: world.tokens.with(id, { ...token, denials }) };
}

function at<T>(rows: readonly T[], id: number): T {
  const row = rows[id];
  if (row === undefined) throw invalidArgument('change', id, `an id below ${rows.length}`);
  return row;
}
