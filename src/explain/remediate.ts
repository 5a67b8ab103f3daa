import { BPF_COMPLEXITY_LIMIT_INSNS, BPF_MAXINSNS } from '../abi/bpf.js';
import { CAP_BPF } from '../abi/capabilities.js';
import { Disposition, Outcome } from '../abi/verdict.js';
import { attachTypeFits, fittingAttachTypes, fixupAttachType } from '../kernel/attach_types.js';
import { gateOf, takesToken } from '../kernel/commands.js';
import type { MaskName } from '../kernel/masks.js';
import { Model } from '../kernel/model.js';
import { NEWEST_PROFILE, PROFILES } from '../kernel/profile.js';
import { Trace } from '../kernel/trace.js';
import { isAllowed } from '../kernel/verdict.js';
import type { EnumKind } from '../kernel/vocabulary.js';
import { NO_TOKEN, type World } from '../kernel/world.js';
import { questionAfter, type Remedy } from './remedy.js';
import { checkRequestContext, type RequestContext } from './request_context.js';

/** What would make a request pass: the changes, in order, or why nothing can. */
export type Remediation =
  | { readonly possible: true; readonly changes: readonly Remedy[] }
  | { readonly possible: false; readonly why: string };

/** How much is asked of whoever makes the change; the cheapest list of changes is advised. */
const COST: Readonly<Record<Remedy['kind'], number>> = {
  fix_attributes: 1,
  attach_type: 1,
  insn_cnt: 3,
  no_token: 1,
  use_token: 2,
  delegate: 1,
  lsm_allow_cmd: 1,
  lsm_allow_cap: 1,
  grant: 2,
  new_token: 6,
  other_task: 7,
};
/** A capability in the initial user namespace is worth far more than one in a container's. */
const GRANT_IN_INIT_COST = 8;

/** Tokens of the world tried instead of the one given. */
const OTHER_TOKENS_TRIED = 16;
/** Tasks of the token's user namespace tried instead of the caller. */
const OTHER_TASKS_TRIED = 4;

interface State {
  readonly context: RequestContext;
  readonly changes: readonly Remedy[];
  readonly cost: number;
}

/**
 * Finds the cheapest changes that make a denied request pass, by asking the model after each. An allowed request needs none.
 * `unprivileged_bpf_disabled` is left alone: setting it to 0 would open BPF to everyone.
 */
export function remediate(context: RequestContext): Remediation {
  checkRequestContext(context);
  const { world, request } = context;
  const open: State[] = [{ context: { world, request }, changes: [], cost: 0 }];
  const seen = new Set<string>();
  while (open.length > 0) {
    const state = open.splice(cheapest(open), 1)[0] as State;
    const { context, changes } = state;
    const trace = new Trace();
    new Model(context.world).ask(context.request, trace);
    if (isAllowed(trace.outcome)) return { possible: true, changes };
    for (const change of candidates(context, trace, changes)) {
      // A change already made did not help; making it again never ends.
      if (changes.some((made) => remedyKey(made) === remedyKey(change))) continue;
      // A number of instructions takes the place of the one tried before it.
      const kept = change.kind === 'insn_cnt' ? changes.filter(({ kind }) => kind !== 'insn_cnt') : changes;
      const next = [...kept, change];
      const key = next.map(remedyKey).sort().join(' ');
      if (seen.has(key)) continue;
      seen.add(key);
      const cost = next.reduce((sum, made) => sum + costOf(made, world), 0);
      open.push({ context: questionAfter(context, change), changes: next, cost });
    }
  }
  return { possible: false, why: explainImpossible({ world, request }) };
}

function cheapest(states: readonly State[]): number {
  return states.reduce((best, { cost }, i) => (cost < (states[best] as State).cost ? i : best), 0);
}

function costOf(change: Remedy, world: World): number {
  const inInit = change.kind === 'grant' && world.tasks[change.task]?.userns === 0;
  return inInit ? GRANT_IN_INIT_COST : COST[change.kind];
}

function remedyKey(change: Remedy): string {
  return JSON.stringify(change);
}

/** The changes worth trying next, from what stopped the request. */
function candidates(context: RequestContext, trace: Trace, made: readonly Remedy[]): Remedy[] {
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
      return permissions(context, trace, made);
    default:
      return [];
  }
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
      const there = world.tasks.flatMap(({ userns }, id) => (userns === token.userns ? [id] : []));
      for (const id of there.slice(0, OTHER_TASKS_TRIED)) changes.push({ kind: 'other_task', task: id });
    }
  }
  // One change of token is enough: the search tries each from the start.
  if (made.some(({ kind: done }) => done === 'use_token' || done === 'new_token')) {
    return changes.filter(({ kind: next }) => next !== 'no_token');
  }
  const own = world.tokens.flatMap(({ userns }, id) => (userns === task.userns && id !== request.token ? [id] : []));
  for (const id of own.slice(0, OTHER_TOKENS_TRIED)) changes.push({ kind: 'use_token', token: id });
  const makeable = task.userns !== 0 || profile.rules.token_create_in_init_userns;
  const bits = neededBits({ world, request });
  if (own.length === 0 && token?.userns !== task.userns && makeable && isComplete(bits)) {
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

/** Why nothing helps, in a sentence. */
function explainImpossible({ world, request }: RequestContext): string {
  const { profile } = world;
  const task = world.tasks[request.task];
  const trace = new Trace();
  new Model(world).ask(request, trace);
  const { vocabulary } = profile;
  switch (trace.outcome) {
    case Outcome.NO_SUCH_TASK:
      return 'the request names a task that this world does not have';
    case Outcome.NO_SUCH_TOKEN:
      return 'the request names a token that this world does not have';
    case Outcome.BAD_ROW:
      return 'the row could not be read';
    case Outcome.UNDECIDED:
      return 'BPF_TOKEN_CREATE needs a bpffs: name one';
  }
  const { kind } = gateOf(profile, request.cmd);
  if (kind === 'unknown') return `${profile.name} has no command ${request.cmd}${since('cmds', request.cmd)}`;
  const isMap = vocabulary.nameOf('cmds', request.cmd) === 'map_create';
  if (kind === 'token' && isMap && (request.type === 0 || !vocabulary.has('map_types', request.type))) {
    return `${profile.name} has no map type ${request.type} to create${since('map_types', request.type)}`;
  }
  if (vocabulary.nameOf('cmds', request.cmd) === 'prog_load') {
    if (request.type === 0 || !vocabulary.has('prog_types', request.type)) {
      return `${profile.name} has no program type ${request.type} to load${since('prog_types', request.type)}`;
    }
    if (!vocabulary.has('attach_types', request.attachType)) {
      return `${profile.name} has no attach type ${request.attachType}, so no token can permit it${since('attach_types', request.attachType)}`;
    }
  }
  if (kind === 'init_capability') {
    return (
      `${vocabulary.nameOf('cmds', request.cmd)} asks its capability in the initial user namespace, no token stands in for it, ` +
      `and ${task?.name} is in ${world.userns[task?.userns ?? 0]?.name}: a task of the initial user namespace has to make the call`
    );
  }
  if (kind === 'token' && !takesToken(profile, request)) {
    return (
      `${vocabulary.nameOf('cmds', request.cmd)} takes no token in ${profile.name} (it does from linux-6.15), ` +
      `and ${task?.name} is not in the initial user namespace`
    );
  }
  if (kind === 'token_create') {
    // What stands in the way once the caller's capabilities no longer do.
    const able = questionAfter({ world, request }, { kind: 'grant', task: request.task, cap: CAP_BPF });
    const rest = new Trace();
    new Model(able.world).ask(able.request, rest);
    return explainImpossibleCreate(rest.outcome);
  }
  return `${profile.name} offers no way: neither a token nor a capability that ${task?.name} could have is enough`;
}

function explainImpossibleCreate(outcome: Outcome): string {
  switch (outcome) {
    case Outcome.CREATE_USERNS_MISMATCH:
      return 'a token is made by a task in exactly the user namespace of the bpffs: ask from one that is';
    case Outcome.CREATE_IN_INIT_USERNS:
      return 'no token can be made in the initial user namespace: mount the bpffs from a child user namespace';
    case Outcome.CREATE_NO_DELEGATION:
      return 'the bpffs delegates nothing: mount it with at least one delegate_ option set';
    case Outcome.CREATE_LSM_REFUSED:
      return "an LSM refuses it: change the LSM's policy";
    default:
      return 'the bpffs descriptor or the attributes are not what BPF_TOKEN_CREATE needs';
  }
}

/** `; linux-6.19 has it` where a later release knows the number. */
function since(kind: EnumKind, value: number): string {
  const first = PROFILES.find(({ vocabulary }) => vocabulary.has(kind, value));
  if (value === 0 || !first) return `, nor has ${NEWEST_PROFILE.name}`;
  return `; ${first.name} has it (${first.vocabulary.nameOf(kind, value)})`;
}
