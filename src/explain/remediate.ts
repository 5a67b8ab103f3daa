import TinyQueue from 'tinyqueue';
import { Model } from '../kernel/model.js';
import { Trace } from '../kernel/trace.js';
import { isAllowed } from '../kernel/verdict.js';
import type { World } from '../kernel/world.js';
import { candidates } from './candidates.js';
import { explainImpossible, type Obstacle, obstaclesOf } from './impossible.js';
import { contextAfter, type Remedy } from './remedy.js';
import { checkRequestContext, type RequestContext } from './request_context.js';

/** What would make a request pass: the changes, in order, or why nothing can. */
export type Remediation =
  | { readonly possible: true; readonly changes: readonly Remedy[] }
  | {
      readonly possible: false;
      readonly why: string;
      /** What stands in the way, in the order in which the kernel would meet it. */
      readonly obstacles: readonly Obstacle[];
    };

/** How much is asked of the people who make the change; the cheapest list of changes is advised. */
const COST: Readonly<Record<Remedy['kind'], number>> = {
  fix_attributes: 1,
  attach_type: 1,
  insn_cnt: 3,
  gpl: 3,
  no_token: 1,
  use_token: 2,
  use_bpffs: 2,
  delegate: 1,
  lsm_allow_cmd: 1,
  lsm_allow_cap: 1,
  lsm_allow_create: 1,
  selinux_allow: 1,
  grant: 2,
  new_token: 6,
  new_bpffs: 6,
  other_task: 7,
};
/** A capability in the initial user namespace is worth far more than one in a container's. */
const GRANT_IN_INIT_COST = 8;

interface State {
  readonly context: RequestContext;
  readonly changes: readonly Remedy[];
  readonly cost: number;
  /** Of two states of one cost, the one that was found first comes first. */
  readonly order: number;
}

/**
 * Finds the cheapest changes that make a denied request pass, by asking the model after each. An allowed request needs none.
 * `unprivileged_bpf_disabled` is left alone: setting it to 0 would open BPF to everyone.
 */
export function remediate(context: RequestContext): Remediation {
  checkRequestContext(context);
  const { world, request } = context;
  const open = new TinyQueue<State>([], (a, b) => a.cost - b.cost || a.order - b.order);
  let order = 0;
  open.push({ context: { world, request }, changes: [], cost: 0, order });
  const seen = new Set<string>();
  for (let state = open.pop(); state; state = open.pop()) {
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
      order += 1;
      open.push({ context: contextAfter(context, change), changes: next, cost, order });
    }
  }
  return {
    possible: false,
    why: explainImpossible({ world, request }),
    obstacles: obstaclesOf({ world, request }),
  };
}

function costOf(change: Remedy, world: World): number {
  const inInit = change.kind === 'grant' && world.tasks[change.task]?.userns === 0;
  return inInit ? GRANT_IN_INIT_COST : COST[change.kind];
}

function remedyKey(change: Remedy): string {
  return JSON.stringify(change);
}
