import { expect } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { CAP_FULL_SET } from '../../src/abi/capabilities.js';
import { Fault } from '../../src/abi/verdict.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { remediate } from '../../src/explain/remediate.js';
import { applyRemedy, type Remedy } from '../../src/explain/remedy.js';
import type { RequestContext } from '../../src/explain/request_context.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { takesToken, tokenRouteOf } from '../../src/kernel/commands.js';
import { Model } from '../../src/kernel/model.js';
import { decodeVerdict, isDecided } from '../../src/kernel/verdict.js';
import { NO_TOKEN, type World } from '../../src/kernel/world.js';

const PER_WORLD = 16;

function* deniedQuestions(worlds: number): Generator<RequestContext> {
  for (let seed = 1; seed <= worlds; seed++) {
    const world = randomWorld(new RandomSource(seed));
    const random = new RandomSource(seed ^ 0xadce);
    const model = new Model(world);
    for (let i = 0; i < PER_WORLD; i++) {
      const request = randomRequest(world, random);
      const { allowed, outcome } = decodeVerdict(model.ask(request));
      // A row that names no task or token of its world was not denied by a check.
      if (!allowed && isDecided(outcome)) yield { world, request };
    }
  }
}

/** The caller with every capability and a token of its own user namespace that permits everything, asking cleanly. */
function withEverything({ world, request }: RequestContext): RequestContext {
  const task = world.tasks[request.task];
  if (!task) return { world, request };
  const any = { cmds: MASK_ANY, maps: MASK_ANY, progs: MASK_ANY, attachs: MASK_ANY };
  const token = { name: 'all', userns: task.userns, allowed: any, denials: { cmds: 0n, caps: 0n } };
  const able: World = {
    ...world,
    tasks: world.tasks.with(request.task, { ...task, effective: CAP_FULL_SET }),
    tokens: [...world.tokens, token],
  };
  return { world: able, request: { ...request, token: world.tokens.length, pre: Fault.NONE, insnCnt: 1 } };
}

/**
 * Does what the advice says to the denied ones of random requests, and says how many those were: the model and the hot path
 * then let them pass, or nothing helps.
 */
export function followAdvice(worlds: number): number {
  let denied = 0;
  let helped = 0;
  let hopeless = 0;
  for (const context of deniedQuestions(worlds)) {
    denied += 1;
    const advice = remediate(context);
    if (advice.possible) {
      helped += 1;
      const after = advice.changes.reduce(applyRemedy, context);
      expectUsefulDelegation(context, advice.changes);
      const verdict = decodeVerdict(new Model(after.world).ask(after.request));
      const fast = decodeVerdict(createEvaluator(after.world).decideRequest(after.request));
      if (!verdict.allowed || !fast.allowed) expect({ context, advice, verdict, fast }).toBeNull();
      if (denied % 8 === 0) expectNothingSuperfluous(context, advice.changes);
    } else {
      hopeless += 1;
      expect(advice.why.length).toBeGreaterThan(20);
      const able = withEverything(context);
      for (const token of [able.request.token, NO_TOKEN]) {
        const verdict = decodeVerdict(new Model(able.world).ask({ ...able.request, token }));
        if (verdict.allowed) expect({ context, advice, token }).toBeNull();
      }
    }
  }
  expect(helped).toBeGreaterThan(denied / 2);
  expect(hopeless).toBeGreaterThan(0);
  return denied;
}

/** No command is delegated that takes no token. */
function expectUsefulDelegation(context: RequestContext, changes: readonly Remedy[]): void {
  const { profile } = context.world;
  for (const change of changes) {
    const cmd =
      change.kind === 'new_token'
        ? change.bits.cmds
        : change.kind === 'delegate' && change.mask === 'cmds' && change.bit;
    if (typeof cmd === 'number' && tokenRouteOf(profile, { cmd, type: 0 }) !== 'call')
      expect({ context, change }).toBeNull();
    const delegates = change.kind === 'delegate' || change.kind === 'new_token';
    if (delegates && !takesToken(profile, context.request)) expect({ context, change }).toBeNull();
  }
}

function expectNothingSuperfluous(context: RequestContext, changes: readonly Remedy[]): void {
  for (const [i] of changes.entries()) {
    const kept = changes.filter((_, j) => j !== i);
    // Later changes name the token an earlier one makes: without it they mean nothing.
    if (kept.some((c) => 'token' in c && c.token >= context.world.tokens.length)) continue;
    const less = kept.reduce(applyRemedy, context);
    const verdict = decodeVerdict(new Model(less.world).ask(less.request));
    if (verdict.allowed) expect({ context, changes, superfluous: changes[i] }).toBeNull();
  }
}
