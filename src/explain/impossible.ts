import type { ErrnoName } from '../abi/errno.js';
import { Outcome } from '../abi/verdict.js';
import { capName } from '../kernel/capability.js';
import { gateOf, takesToken } from '../kernel/commands.js';
import { Model } from '../kernel/model.js';
import { NEWEST_PROFILE, PROFILES } from '../kernel/profile.js';
import { Trace } from '../kernel/trace.js';
import { isAllowed } from '../kernel/verdict.js';
import type { Withheld } from '../kernel/verifier/withheld.js';
import type { EnumKind, Vocabulary } from '../kernel/vocabulary.js';
import { NO_TOKEN } from '../kernel/world.js';
import { allowRules, newBpffs } from './candidates.js';
import { evaluate } from './evaluate.js';
import { contextAfter, type Remedy } from './remedy.js';
import type { RequestContext } from './request_context.js';

/** One thing that stands in the way of a request. */
export interface Obstacle {
  readonly outcome: Outcome;
  /** What bpf() returns for it; null where the request cannot be made at all. */
  readonly errno: ErrnoName | null;
  /** What would put it out of the way, so that the kernel meets the next one; absent where nothing does. */
  readonly cleared?: Remedy;
}

/** Why nothing helps, in a sentence. */
export function explainImpossible({ world, request }: RequestContext): string {
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
  if (trace.withheld) return explainWithheld(profile.name, request.type, vocabulary, trace.withheld);
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
    const first = PROFILES.find((later) => takesToken(later, request));
    const from = first ? ` (it does from ${first.name})` : '';
    return (
      `${vocabulary.nameOf('cmds', request.cmd)} takes no token in ${profile.name}${from}, ` +
      `and ${task?.name} is not in the initial user namespace`
    );
  }
  if (kind === 'token_create') return explainImpossibleCreate({ world, request });
  return `${profile.name} offers no way: neither a token nor a capability that ${task?.name} could have is enough`;
}

/** Why a program never gets what it needs. */
function explainWithheld(
  kernel: string,
  type: number,
  vocabulary: Vocabulary,
  { kind, name, refusal, missing }: Withheld,
): string {
  switch (refusal) {
    case 'not_of_this_type':
      return `${kernel} offers ${name} to no program of type ${vocabulary.nameOf('prog_types', type)}, whatever its capabilities`;
    case 'might_sleep':
      return `${name} sleeps: it is for programs loaded with BPF_F_SLEEPABLE (a section that ends in .s), where their type permits that`;
    case 'target_disallows':
      return `what the program attaches to disallows ${name}, whatever its capabilities`;
    default:
      return missing?.inInit
        ? `${kernel} asks ${capName(missing.cap)} in the initial user namespace for ${name}, whatever the token: a program of a task in another never gets the ${kind}`
        : `neither a token nor a capability that the task could have is enough for ${name}`;
  }
}

function explainImpossibleCreate(context: RequestContext): string {
  const { profile } = context.world;
  const last = obstaclesOf(context).at(-1)?.outcome;
  if (last === Outcome.CREATE_IN_INIT_USERNS) {
    return (
      `${profile.name} makes no token in the initial user namespace, where capabilities count by themselves: a token is made by a ` +
      'task of a child user namespace, from a bpffs that is mounted from that namespace'
    );
  }
  return 'the bpffs descriptor or the attributes are not what BPF_TOKEN_CREATE needs';
}

/**
 * What stands in the way of a request, in the order in which the kernel meets it: what it answers, then what it would answer
 * were that out of the way, and so on. What cannot be put out of the way comes last.
 */
export function obstaclesOf(context: RequestContext): Obstacle[] {
  const obstacles: Obstacle[] = [];
  let current = context;
  // Each remedy removes another obstacle for good.
  for (;;) {
    const trace = new Trace();
    const { verdict } = evaluate(new Model(current.world), current.request, trace);
    const { outcome, errno } = verdict;
    if (isAllowed(outcome)) return obstacles;
    const cleared = clearing(current, trace);
    const key = JSON.stringify(cleared);
    const isRepeated = obstacles.some((found) => found.outcome === outcome && JSON.stringify(found.cleared) === key);
    if (cleared === undefined || isRepeated) return isRepeated ? obstacles : [...obstacles, { outcome, errno }];
    obstacles.push({ outcome, errno, cleared });
    current = contextAfter(current, cleared);
  }
}

/** A remedy for just what the kernel met; undefined where nothing removes it. */
function clearing({ world, request }: RequestContext, trace: Trace): Remedy | undefined {
  const task = world.tasks[request.task];
  if (!task) return undefined;
  switch (trace.outcome) {
    case Outcome.TOKEN_EBADF:
    case Outcome.TOKEN_EINVAL:
    case Outcome.ATTR_EINVAL:
    case Outcome.ATTR_E2BIG:
    case Outcome.ENOENT:
      return { kind: 'fix_attributes', pre: request.pre };
    case Outcome.TOKEN_NOT_TAKEN:
      return request.token === NO_TOKEN ? { kind: 'fix_attributes', pre: request.pre } : { kind: 'no_token' };
    case Outcome.CREATE_USERNS_MISMATCH:
    case Outcome.CREATE_NO_DELEGATION:
      return request.bpffs === undefined ? undefined : newBpffs(world, task.userns, request.bpffs);
    case Outcome.CREATE_LSM_REFUSED:
      if (trace.refusedAccesses.length > 0) return allowRules(trace)[0];
      return request.bpffs === undefined ? undefined : { kind: 'lsm_allow_create', bpffs: request.bpffs };
  }
  const [rule] = allowRules(trace);
  if (rule) return rule;
  // In a child user namespace it counts only where it was asked there.
  const { capability, askedIn } = trace;
  const counts = task.userns === 0 || (askedIn !== null && !askedIn.isInitial);
  return capability !== null && counts ? { kind: 'grant', task: request.task, cap: capability } : undefined;
}

/** `; linux-6.19 has it` where a later release knows the number. */
function since(kind: EnumKind, value: number): string {
  const first = PROFILES.find(({ vocabulary }) => vocabulary.has(kind, value));
  if (value === 0 || !first) return `, nor has ${NEWEST_PROFILE.name}`;
  return `; ${first.name} has it (${first.vocabulary.nameOf(kind, value)})`;
}
