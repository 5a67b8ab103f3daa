import { type Columns, rowOf } from '../src/engine/columns.js';
import { createEvaluator } from '../src/engine/evaluator.js';
import { createMemory, instantiate } from '../src/engine/wasm.js';
import { Model } from '../src/kernel/model.js';
import { NO_TOKEN, type Request, type TaskSpec, type TokenSpec, type World } from '../src/kernel/world.js';
import { typeFieldOf } from '../src/request/command_fields.js';
import type { NamedRequest } from '../src/request/resolve_request.js';
import { TypeScriptBaseline } from './baselines/typescript.js';
import { type Candidate, candidate, interleave, type SamplingPlan, type Timing } from './measure.js';

/** Names in results of the ways to make one check. */
export const CHECK = 'check';
export const CHECK_NAMES = 'check_names';
export const CHECK_IDS = 'decideIds';
export const NOTHING = 'nothing';
export const TYPESCRIPT_CHECK = 'typescript';
export const MODEL = 'model';

/** Checks in one timed repetition: more than a branch predictor can learn. */
export const SINGLE_CHECKS = 65_536;
/** The model is much slower. */
export const MODEL_CHECKS = 2048;

/**
 * Times single checks on the first rows of a batch (at least SINGLE_CHECKS): the evaluator's decideRequest() on request objects,
 * decideCode() on the same by names, decideIds() on numbers, an empty Wasm call with the parameters of decideIds(), the TypeScript
 * baseline, and the model.
 */
export function timeSingle(world: World, columns: Columns, sampling: SamplingPlan): Timing[] {
  const evaluator = createEvaluator(world);
  const baseline = new TypeScriptBaseline(world);
  const model = new Model(world);
  const requests = Array.from({ length: SINGLE_CHECKS }, (_, row) => rowOf(columns, row));
  const named = requests.map((request) => namedRequest(world, request));
  const fewRequests = requests.slice(0, MODEL_CHECKS);
  // Results are added up and used, so that no call can be optimised away.
  let blackhole = 0;
  const candidates = [
    candidate(CHECK, SINGLE_CHECKS, () => {
      for (const request of requests) blackhole = (blackhole + evaluator.decideRequest(request)) | 0;
    }),
    candidate(CHECK_NAMES, SINGLE_CHECKS, () => {
      for (const request of named) blackhole = (blackhole + evaluator.decideCode(request)) | 0;
    }),
    candidate(CHECK_IDS, SINGLE_CHECKS, () => {
      const { task, token, cmd, type, attachType } = columns;
      for (let row = 0; row < SINGLE_CHECKS; row++) {
        const verdict = evaluator.decideIds(
          task[row] as number,
          token[row] as number,
          cmd[row] as number,
          type[row] as number,
          attachType[row] as number,
        );
        blackhole = (blackhole + verdict) | 0;
      }
    }),
    noopCandidate(columns),
    candidate(TYPESCRIPT_CHECK, SINGLE_CHECKS, () => {
      const { task, token, cmd, type, attachType } = columns;
      for (let row = 0; row < SINGLE_CHECKS; row++) {
        const isAllowed = baseline.check(
          task[row] as number,
          token[row] as number,
          cmd[row] as number,
          type[row] as number,
          attachType[row] as number,
          1,
        );
        blackhole = (blackhole + (isAllowed ? 1 : 0)) | 0;
      }
    }),
    candidate(MODEL, MODEL_CHECKS, () => {
      for (const request of fewRequests) blackhole = (blackhole + model.ask(request)) | 0;
    }),
  ];
  const timings = interleave(candidates, sampling);
  if (!Number.isInteger(blackhole)) throw new Error('a check must return a number');
  return timings;
}

/** The same request by names, in the spelling of `bpftoken list`. */
function namedRequest({ profile: { vocabulary }, tasks, tokens }: World, request: Request): NamedRequest {
  const cmd = vocabulary.nameOf('cmds', request.cmd);
  const isMap = cmd === 'map_create';
  const isProg = typeFieldOf(cmd) === 'prog_type';
  return {
    task: (tasks[request.task] as TaskSpec).name,
    ...(request.token === NO_TOKEN ? {} : { token: (tokens[request.token] as TokenSpec).name }),
    cmd,
    ...(isMap ? { map_type: vocabulary.nameOf('map_types', request.type) } : {}),
    ...(isProg ? { prog_type: vocabulary.nameOf('prog_types', request.type) } : {}),
    ...(isProg ? { expected_attach_type: vocabulary.nameOf('attach_types', request.attachType) } : {}),
  };
}

function noopCandidate(columns: Columns): Candidate {
  const { noop } = instantiate(createMemory(true));
  return candidate(NOTHING, SINGLE_CHECKS, () => {
    const { task, token, cmd, type, attachType } = columns;
    for (let row = 0; row < SINGLE_CHECKS; row++) {
      noop(
        task[row] as number,
        token[row] as number,
        cmd[row] as number,
        type[row] as number,
        attachType[row] as number,
      );
    }
  });
}
