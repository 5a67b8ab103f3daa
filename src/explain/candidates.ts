import { BPF_COMPLEXITY_LIMIT_INSNS, BPF_MAXINSNS } from '../abi/bpf.js';
import { Disposition, Outcome } from '../abi/verdict.js';
import { attachTypeFits, fittingAttachTypes, fixupAttachType } from '../kernel/attach_types.js';
import { gateOf, takesToken } from '../kernel/commands.js';
import { MASK_NAMES, type MaskName } from '../kernel/masks.js';
import { capabilityPermission } from '../kernel/selinux.js';
import type { Trace } from '../kernel/trace.js';
import type { EnumKind } from '../kernel/vocabulary.js';
import { NO_TOKEN, type World } from '../kernel/world.js';
import type { Remedy } from './remedy.js';
import type { RequestContext } from './request_context.js';

/** Tokens of the world tried instead of the one given, and bpffs instances instead of the one named. */
const MAX_OTHERS_TRIED = 16;
/** Tasks tried instead of the caller. */
const MAX_OTHER_TASKS_TRIED = 4;

/** The remedies worth trying next, from what stopped the request; `made` are those that were tried before. */
export function candidates(context: RequestContext, trace: Trace, made: readonly Remedy[]): Remedy[] {
  const { request } = context;
  switch (trace.outcome) {
    case Outcome.TOKEN_EBADF:
    case Outcome.TOKEN_EINVAL:
    case Outcome.ATTR_EINVAL:
    case Outcome.ATTR_E2BIG:
    case Outcome.ENOENT:
      return [{ kind: 'fix_attributes', pre: request.pre }];
    case Outcome.TOKEN_NOT_TAKEN:
      return request.token === NO_TOKEN ? [{ kind: 'fix_attributes', pre: request.pre }] : [{ kind: 'no_token' }];
    case Outcome.ATTACH_TYPE_MISMATCH:
      return fittingAttachType(context);
    case Outcome.INSN_CNT_E2BIG: {
      const insnCnt = request.insnCnt === 0 ? 1 : Math.min(request.insnCnt, BPF_COMPLEXITY_LIMIT_INSNS);
      if (insnCnt !== request.insnCnt) return [{ kind: 'insn_cnt', insnCnt }];
      return [{ kind: 'insn_cnt', insnCnt: BPF_MAXINSNS }, ...permissions(context, trace, made)];
    }
    case Outcome.CAP_BPF_MISSING_UNPRIV_DISABLED:
    case Outcome.CAP_BPF_MISSING:
    case Outcome.CAP_NET_ADMIN_MISSING:
    case Outcome.CAP_NET_ADMIN_MISSING_EINVAL:
    case Outcome.CAP_PERFMON_MISSING:
    case Outcome.CAP_SYS_ADMIN_MISSING:
    case Outcome.LSM_REFUSED_CAPABLE:
    case Outcome.LSM_REFUSED_CAPABLE_EINVAL:
      return [...allowRules(trace), ...permissions(context, trace, made)];
    case Outcome.HELPER_NOT_OFFERED:
    case Outcome.LIBERTY_NOT_GRANTED:
      return toPermitProgram(context, trace, made);
    case Outcome.CREATE_USERNS_MISMATCH:
      return [...otherBpffs(context, made), ...bpffsTasks(context, made)];
    case Outcome.CREATE_NO_DELEGATION:
      return otherBpffs(context, made);
    case Outcome.CREATE_LSM_REFUSED:
      if (trace.refusedAccesses.length > 0) {
        return request.bpffs === undefined ? [...allowRules(trace), ...otherTokens(context, made)] : allowRules(trace);
      }
      return request.bpffs === undefined ? [] : [{ kind: 'lsm_allow_create', bpffs: request.bpffs }];
    default:
      return [];
  }
}

/** Ways to what the verifier withholds from a program. */
function toPermitProgram(context: RequestContext, trace: Trace, made: readonly Remedy[]): Remedy[] {
  const { world, request } = context;
  const { refusal, missing } = trace.withheld ?? {};
  if (refusal === 'needs_gpl') return [{ kind: 'gpl' }];
  if (refusal !== 'capability') return [];
  // What is asked of the initial user namespace no token grants, and no task of another has.
  const isBeyondReach = missing?.inInit === true && world.tasks[request.task]?.userns !== 0;
  return isBeyondReach ? [] : [...allowRules(trace), ...permissions(context, trace, made)];
}

/** Allow rules for what SELinux refused, the capability that decided before CAP_SYS_ADMIN, which stands in for it. */
export function allowRules({ refusedAccesses, capability }: Trace): Remedy[] {
  const asked = capability === null ? undefined : capabilityPermission(capability);
  const decisive = refusedAccesses.filter(({ class: name, permission }) =>
    asked === undefined ? name === 'bpf' : permission === asked || permission === 'sys_admin',
  );
  return decisive
    .toSorted((a, b) => Number(b.permission === asked) - Number(a.permission === asked))
    .map((access) => ({ kind: 'selinux_allow', ...access }));
}

/** Another token, or none, where SELinux refuses what the one that was given is for. */
function otherTokens({ world, request }: RequestContext, made: readonly Remedy[]): Remedy[] {
  const userns = world.tasks[request.task]?.userns;
  if (request.token === NO_TOKEN || made.some(({ kind }) => kind === 'use_token' || kind === 'no_token')) return [];
  const own = world.tokens.flatMap((token, id) => (token.userns === userns && id !== request.token ? [id] : []));
  return [
    { kind: 'no_token' },
    ...own.slice(0, MAX_OTHERS_TRIED).map((token): Remedy => ({ kind: 'use_token', token })),
  ];
}

/** A bpffs of the caller's user namespace, of this world or mounted anew, that delegates what the one named does. */
function otherBpffs({ world, request }: RequestContext, made: readonly Remedy[]): Remedy[] {
  if (made.some(({ kind }) => kind === 'use_bpffs' || kind === 'new_bpffs')) return [];
  const userns = world.tasks[request.task]?.userns;
  const like = request.bpffs;
  if (userns === undefined || like === undefined) return [];
  // No token is made there from any bpffs.
  if (userns === 0 && !world.profile.rules.token_create_in_init_userns) return [];
  const own = world.bpffs.flatMap((bpffs, id) => {
    return bpffs.userns === userns && id !== like && delegatesAsMuch(world, id, like) ? [id] : [];
  });
  const others = own.slice(0, MAX_OTHERS_TRIED).map((bpffs): Remedy => ({ kind: 'use_bpffs', bpffs }));
  return [...others, newBpffs(world, userns, like)];
}

/** Whether a bpffs delegates something, and all that another does. */
function delegatesAsMuch({ bpffs }: World, id: number, like: number): boolean {
  const [own, other] = [bpffs[id]?.options.delegate, bpffs[like]?.options.delegate];
  if (!own || !other) return false;
  return MASK_NAMES.some((mask) => own[mask] !== 0n) && MASK_NAMES.every((mask) => (other[mask] & ~own[mask]) === 0n);
}

/** A bpffs with the delegation of another, or with one command where that has none. */
export function newBpffs(world: World, userns: number, like: number): Remedy {
  const delegate = world.bpffs[like]?.options.delegate;
  const hasDelegation = MASK_NAMES.some((mask) => delegate?.[mask] !== 0n);
  const bits = hasDelegation ? {} : { cmds: world.profile.vocabulary.require('cmds', 'map_create') };
  return { kind: 'new_bpffs', userns, like, bits };
}

/** Tasks of the user namespace of the bpffs. */
function bpffsTasks({ world, request }: RequestContext, made: readonly Remedy[]): Remedy[] {
  if (made.some(({ kind }) => kind === 'other_task')) return [];
  return tasksIn(world, world.bpffs[request.bpffs ?? -1]?.userns);
}

/** Other tasks to make the call, of a user namespace. */
function tasksIn({ tasks }: World, userns: number | undefined): Remedy[] {
  const there = tasks.flatMap((task, id) => (task.userns === userns ? [id] : []));
  return there.slice(0, MAX_OTHER_TASKS_TRIED).map((task) => ({ kind: 'other_task', task }));
}

/** Ways to a missing capability: through the token given, another one, a new one, or the initial user namespace. */
function permissions({ world, request }: RequestContext, trace: Trace, made: readonly Remedy[]): Remedy[] {
  const { profile } = world;
  const task = world.tasks[request.task];
  const cap = trace.capability;
  if (!task || cap === null) return [];
  const changes: Remedy[] = [];
  const { kind } = gateOf(profile, request.cmd);
  const token = world.tokens[request.token];

  if (task.userns === 0 || kind === 'token_create') changes.push({ kind: 'grant', task: request.task, cap });
  // Delegating a command that takes no token would change nothing.
  if (!takesToken(profile, request)) return changes;

  // A token cannot permit an attach type that no kernel takes for the program.
  changes.push(...fittingAttachType({ world, request }));
  if (token) {
    const bits = neededBits({ world, request });
    const delegate = (mask: MaskName): void => {
      const bit = bits[mask];
      if (bit !== undefined) changes.push({ kind: 'delegate', token: request.token, mask, bit });
    };
    switch (trace.disposition) {
      case Disposition.DROPPED_CMD:
        delegate('cmds');
        break;
      case Disposition.DROPPED_TYPE:
        delegate(kind === 'token' && bits.maps !== undefined ? 'maps' : 'progs');
        break;
      case Disposition.DROPPED_ATTACH_TYPE:
        delegate('attachs');
        break;
      case Disposition.DROPPED_LSM:
        changes.push({ kind: 'lsm_allow_cmd', token: request.token, cmd: bits.cmds as number });
        break;
      case Disposition.USED:
        if ((token.denials.caps >> BigInt(cap)) & 1n)
          changes.push({ kind: 'lsm_allow_cap', token: request.token, cap });
        if (task.userns !== 0 && isSelfOrAncestor(world, task.userns, token.userns)) {
          changes.push({ kind: 'grant', task: request.task, cap });
        }
        break;
    }
    changes.push({ kind: 'no_token' });
    // Better one of the token's own user namespace than a capability for the whole machine.
    if (task.userns === 0 && token.userns !== 0 && made.length === 0) {
      changes.push(...tasksIn(world, token.userns));
    }
  }
  // One change of token is enough: the search tries each from the start.
  if (made.some(({ kind: done }) => done === 'use_token' || done === 'new_token')) {
    return changes.filter(({ kind: next }) => next !== 'no_token');
  }
  const own = world.tokens.flatMap(({ userns }, id) => (userns === task.userns && id !== request.token ? [id] : []));
  for (const id of own.slice(0, MAX_OTHERS_TRIED)) changes.push({ kind: 'use_token', token: id });
  const canCreate = task.userns !== 0 || profile.rules.token_create_in_init_userns;
  const bits = neededBits({ world, request });
  if (own.length === 0 && token?.userns !== task.userns && canCreate && isComplete(bits)) {
    changes.push({ kind: 'new_token', userns: task.userns, bits: bits as Partial<Record<MaskName, number>> });
  }
  return changes;
}

/** Another attach type, where the program type cannot have the one asked for. */
function fittingAttachType({ world: { profile }, request }: RequestContext): Remedy[] {
  const { vocabulary } = profile;
  const cmd = vocabulary.nameOf('cmds', request.cmd);
  const loads = cmd === 'prog_load' || cmd === 'prog_attach' || cmd === 'link_create';
  const given = fixupAttachType(vocabulary, request.type, request.attachType);
  if (!loads || attachTypeFits(vocabulary, request.type, given)) return [];
  const name = fittingAttachTypes(vocabulary, request.type)?.[0];
  const attachType = name === undefined ? 0 : vocabulary.require('attach_types', name);
  return attachType === request.attachType ? [] : [{ kind: 'attach_type', attachType }];
}

type NeededBits = Partial<Record<MaskName, number | undefined>>;

/** The bits a token must have to count for a request. A key whose value is undefined: no token can have it. */
function neededBits({ world: { profile }, request }: RequestContext): NeededBits {
  const { vocabulary } = profile;
  const known = (kind: EnumKind, value: number) => (value < vocabulary.count[kind] ? value : undefined);
  const attach = gateOf(profile, request.cmd).kind === 'attach';
  const cmd = attach ? vocabulary.require('cmds', 'prog_load') : request.cmd;
  const bits: NeededBits = { cmds: cmd };
  const name = vocabulary.nameOf('cmds', cmd);
  if (name === 'map_create') bits.maps = known('map_types', request.type);
  if (name === 'prog_load') {
    bits.progs = known('prog_types', request.type);
    const meant = attach ? request.attachType : fixupAttachType(vocabulary, request.type, request.attachType);
    bits.attachs = known('attach_types', meant);
  }
  return bits;
}

function isComplete(bits: NeededBits): boolean {
  return Object.values(bits).every((bit) => bit !== undefined);
}

function isSelfOrAncestor(world: World, ns: number, of: number): boolean {
  for (let at = of; ; at = world.userns[at]?.parent as number) {
    if (at === ns) return true;
    if (at === 0) return false;
  }
}
