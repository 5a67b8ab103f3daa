import { Fault } from '../abi/verdict.js';
import { PLAIN_SETUP } from '../differential/engine_setup.js';
import { MASK_NAMES } from '../kernel/masks.js';
import { extendProfile, nearestBuiltIn } from '../kernel/profile.js';
import { NO_TOKEN, type Request, type World } from '../kernel/world.js';
import type { Case } from './case.js';
import { RANDOM_RULES } from './random_profile.js';

/** Smaller cases to try, the smallest first; generated lazily. */
export type Reductions = Generator<Case, void>;

/** Fewer requests: the failing one alone, then all without ranges of the others. */
export function* dropRequests(from: Case): Reductions {
  const { requests, index } = from;
  if (requests.length === 1) return;
  yield { ...from, requests: [requests[index] as Request], index: 0 };
  for (let size = requests.length >> 1; size >= 1; size >>= 1) {
    for (let start = 0; start < requests.length; start += size) {
      const end = Math.min(start + size, requests.length);
      if (index >= start && index < end) continue;
      yield {
        ...from,
        requests: requests.toSpliced(start, end - start),
        index: index < start ? index : index - end + start,
      };
    }
  }
}

/** The simplest setup, or one that is simpler in one respect. */
export function* simplifySetup(from: Case): Reductions {
  const { setup, requests } = from;
  const differing = (Object.keys(PLAIN_SETUP) as (keyof typeof PLAIN_SETUP)[]).filter(
    (part) => setup[part] !== PLAIN_SETUP[part],
  );
  if (differing.length > 1) yield { ...from, setup: PLAIN_SETUP };
  for (const part of differing) yield { ...from, setup: { ...setup, [part]: PLAIN_SETUP[part] } };
  for (let rows = setup.rows >> 1; rows > requests.length; rows >>= 1) yield { ...from, setup: { ...setup, rows } };
}

/** The nearest built-in profile, or one differing rule less. */
export function* dropRules(from: Case): Reductions {
  const { world } = from;
  const { base, switched } = nearestBuiltIn(world.profile);
  const names = Object.keys(switched) as (keyof typeof switched)[];
  if (names.length > 0) yield { ...from, world: { ...world, profile: base } };
  for (const name of names) {
    const { [name]: _, ...others } = switched;
    yield { ...from, world: { ...world, profile: extendProfile(base, RANDOM_RULES, others) } };
  }
}

/** Without SELinux; without half of its rules, a quarter and so on to one. */
export function* dropSelinux(from: Case): Reductions {
  const { selinux, ...world } = from.world;
  if (!selinux) return;
  const tasks = world.tasks.map(({ domain: _, ...task }) => task);
  const tokens = world.tokens.map(({ grantor: _, ...token }) => token);
  const bpffs = world.bpffs.map(({ domain: _, ...spec }) => spec);
  yield { ...from, world: { ...world, tasks, tokens, bpffs } };
  const { rules } = selinux;
  for (let size = (rules.length + 1) >> 1; size >= 1; size >>= 1) {
    for (let start = 0; start < rules.length; start += size) {
      yield { ...from, world: { ...world, selinux: { ...selinux, rules: rules.toSpliced(start, size) } } };
    }
  }
}

/** Without all tasks and tokens that no request names, or without one of them; ids move up. */
export function* dropRows(from: Case): Reductions {
  const { world, requests } = from;
  const onlyNamed = withoutUnnamed(from);
  if (onlyNamed) yield onlyNamed;
  for (const [rows, field] of [
    ['tokens', 'token'],
    ['tasks', 'task'],
  ] as const) {
    for (let id = world[rows].length - 1; id >= 0; id--) {
      if (requests.some((request) => request[field] === id)) continue;
      const without = requests.map((request) => {
        const named = request[field];
        const moves = named > id && !(field === 'token' && named === NO_TOKEN);
        return moves ? { ...request, [field]: named - 1 } : request;
      });
      yield { ...from, world: { ...world, [rows]: world[rows].toSpliced(id, 1) }, requests: without };
    }
  }
}

/** Without the tasks and tokens that no request names; undefined where few or none are unused. */
function withoutUnnamed(from: Case): Case | undefined {
  const { world, requests } = from;
  const tasks = [...new Set(requests.map(({ task }) => task))].filter((id) => id < world.tasks.length);
  const tokens = [...new Set(requests.map(({ token }) => token))].filter((id) => id < world.tokens.length);
  if (tasks.length + tokens.length + 2 >= world.tasks.length + world.tokens.length) return undefined;
  const renamed = (ids: readonly number[], id: number, count: number): number =>
    ids.includes(id) ? ids.indexOf(id) : id === NO_TOKEN ? id : id - count + ids.length;
  return {
    ...from,
    world: {
      ...world,
      tasks: tasks.map((id) => world.tasks[id] as World['tasks'][number]),
      tokens: tokens.map((id) => world.tokens[id] as World['tokens'][number]),
    },
    requests: requests.map((request) => ({
      ...request,
      task: renamed(tasks, request.task, world.tasks.length),
      token: renamed(tokens, request.token, world.tokens.length),
    })),
  };
}

/** Without the user namespaces that have no task, token or descendant with one; undefined where few or none are unused. */
function withoutUnused(from: Case): Case | undefined {
  const { world } = from;
  const used = new Set([0]);
  for (const { userns } of [...world.tasks, ...world.tokens]) {
    for (let id = userns; !used.has(id); id = (world.userns[id] as World['userns'][number]).parent) used.add(id);
  }
  if (used.size + 2 >= world.userns.length) return undefined;
  const kept = [...used].sort((a, b) => a - b);
  const moved = new Map(kept.map((id, at) => [id, at]));
  const inside = <Spec extends { readonly userns: number }>(specs: readonly Spec[]): Spec[] =>
    specs.map((spec) => ({ ...spec, userns: moved.get(spec.userns) as number }));
  const userns = kept.map((id) => {
    const spec = world.userns[id] as World['userns'][number];
    return { ...spec, parent: moved.get(spec.parent) as number };
  });
  return { ...from, world: { ...world, userns, tasks: inside(world.tasks), tokens: inside(world.tokens) } };
}

/** Without all unused user namespaces; or without one, whose tasks, tokens and children move to its parent. */
export function* dropNamespaces(from: Case): Reductions {
  const { world } = from;
  const onlyUsed = withoutUnused(from);
  if (onlyUsed) yield onlyUsed;
  for (let id = world.userns.length - 1; id > 0; id--) {
    const { parent } = world.userns[id] as World['userns'][number];
    const moved = (at: number): number => (at === id ? parent : at > id ? at - 1 : at);
    const inside = <Spec extends { readonly userns: number }>(specs: readonly Spec[]): Spec[] =>
      specs.map((spec) => ({ ...spec, userns: moved(spec.userns) }));
    yield {
      ...from,
      world: {
        ...world,
        userns: world.userns.toSpliced(id, 1).map((ns) => ({ ...ns, parent: moved(ns.parent) })),
        tasks: inside(world.tasks),
        tokens: inside(world.tokens),
      },
    };
  }
}

const PLAIN: readonly Partial<Request>[] = [
  { program: undefined },
  { token: NO_TOKEN },
  { pre: Fault.NONE },
  { insnCnt: 1 },
  { attachType: 0 },
  { type: 0 },
];

/** A request with a field at its default. */
export function* simplifyRequests(from: Case): Reductions {
  for (const [at, request] of from.requests.entries()) {
    for (const plain of PLAIN) {
      const plainer = { ...request, ...plain };
      const [field] = Object.keys(plain) as [keyof Request];
      // A batch has a program with its own types alone.
      if (request.program && (field === 'type' || field === 'attachType')) continue;
      if (plainer[field] !== request[field]) yield { ...from, requests: from.requests.with(at, plainer) };
    }
  }
}

/** A program that needs a helper or a liberty less. */
export function* dropNeeds(from: Case): Reductions {
  const { world, requests } = from;
  for (const [id, program] of (world.programs ?? []).entries()) {
    for (const need of ['helpers', 'liberties'] as const) {
      for (const at of program[need].keys()) {
        const smaller = { ...program, [need]: program[need].toSpliced(at, 1) };
        const programs = (world.programs ?? []).with(id, smaller);
        const renamed = requests.map((request) =>
          request.program === program ? { ...request, program: smaller } : request,
        );
        yield { ...from, world: { ...world, programs }, requests: renamed };
      }
    }
  }
}

/** Ids of users at 0, the sysctl at its default. */
export function* simplifyNumbers(from: Case): Reductions {
  const { world } = from;
  if (world.unprivilegedBpfDisabled !== 2) yield { ...from, world: { ...world, unprivilegedBpfDisabled: 2 } };
  for (const [id, task] of world.tasks.entries()) {
    if (task.euid !== 0) yield { ...from, world: { ...world, tasks: world.tasks.with(id, { ...task, euid: 0 }) } };
  }
  for (const [id, ns] of world.userns.entries()) {
    if (ns.owner !== 0) yield { ...from, world: { ...world, userns: world.userns.with(id, { ...ns, owner: 0 }) } };
  }
}

/** Fewer bits in an effective set, a mask or a denial. */
export function* dropBits(from: Case): Reductions {
  const { world } = from;
  for (const [id, task] of world.tasks.entries()) {
    for (const effective of smaller(task.effective)) {
      yield { ...from, world: { ...world, tasks: world.tasks.with(id, { ...task, effective }) } };
    }
  }
  for (const [id, token] of world.tokens.entries()) {
    const withToken = (change: Partial<typeof token>): Case => ({
      ...from,
      world: { ...world, tokens: world.tokens.with(id, { ...token, ...change }) },
    });
    const { allowed, denials } = token;
    for (const cmds of smaller(denials.cmds)) yield withToken({ denials: { ...denials, cmds } });
    for (const caps of smaller(denials.caps)) yield withToken({ denials: { ...denials, caps } });
    for (const mask of MASK_NAMES) {
      for (const bits of smaller(allowed[mask])) yield withToken({ allowed: { ...allowed, [mask]: bits } });
    }
  }
}

/** No bits at all; then without 32 of them, 16, and so on to one. */
function* smaller(bits: bigint): Generator<bigint, void> {
  if (bits === 0n) return;
  yield 0n;
  for (let size = 32n; size >= 1n; size >>= 1n) {
    for (let start = 0n; start < 64n; start += size) {
      const less = bits & ~(((1n << size) - 1n) << start);
      if (less !== bits && less !== 0n) yield less;
    }
  }
}
