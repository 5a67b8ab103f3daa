import { Pre } from '../abi/verdict.js';
import { MASK_NAMES } from '../kernel/masks.js';
import { NO_TOKEN, type Request, type World } from '../kernel/world.js';
import type { Case } from './case.js';

/** Smaller cases to try, the boldest first. Each is made when it is asked for. */
export type Reductions = Generator<Case, void>;

/** Fewer requests: the one alone, then without stretches of the others. */
export function* fewerRequests({ world, requests, index }: Case): Reductions {
  if (requests.length === 1) return;
  yield { world, requests: [requests[index] as Request], index: 0 };
  for (let size = requests.length >> 1; size >= 1; size >>= 1) {
    for (let start = 0; start < requests.length; start += size) {
      const end = Math.min(start + size, requests.length);
      if (index >= start && index < end) continue;
      yield {
        world,
        requests: requests.toSpliced(start, end - start),
        index: index < start ? index : index - end + start,
      };
    }
  }
}

/** Without a task or a token that no request names; ids move up. */
export function* fewerRows(from: Case): Reductions {
  const { world, requests } = from;
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

/** Without a user namespace: who is in it moves to its parent, and so do its children. */
export function* fewerNamespaces(from: Case): Reductions {
  const { world } = from;
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
  { token: NO_TOKEN },
  { pre: Pre.NONE },
  { insnCnt: 1 },
  { attachType: 0 },
  { type: 0 },
];

/** A request with a field at its default. */
export function* plainerRequests(from: Case): Reductions {
  for (const [at, request] of from.requests.entries()) {
    for (const plain of PLAIN) {
      const plainer = { ...request, ...plain };
      const [field] = Object.keys(plain) as [keyof Request];
      if (plainer[field] !== request[field]) yield { ...from, requests: from.requests.with(at, plainer) };
    }
  }
}

/** Ids of users at 0, the sysctl at its default. */
export function* plainerNumbers(from: Case): Reductions {
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
export function* fewerBits(from: Case): Reductions {
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
