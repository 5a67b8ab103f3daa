import type { Columns } from '../src/engine/columns.js';
import { createEvaluator, type Evaluator } from '../src/engine/evaluator.js';
import type { World } from '../src/kernel/world.js';
import { type NativeRival, nativeRival } from './baselines/native/native.js';
import { TypeScriptBaseline } from './baselines/typescript.js';
import { type Candidate, candidate, externalCandidate, interleave, type SamplingPlan, type Timing } from './measure.js';
import { allowedBits, allowedShare, firstDifference } from './verify.js';

/** Names of candidates in results: the evaluator on resident columns, and on others, which it copies; the baselines. */
export const OURS = 'engine';
export const OURS_COPIED = 'engine, copied';
export const NATIVE = 'native';
export const TYPESCRIPT = 'typescript';

/** The timings of a batch. */
export interface BatchResult {
  readonly rows: number;
  readonly allowedShare: number;
  readonly timings: readonly Timing[];
}

/**
 * Times the evaluator (verdict bytes with reasons) and its baselines (allow bits) on the same rows, each in its own memory.
 * First compares their verdicts on the whole batch: throws an Error that describes the first row on which they differ.
 * `program` is the compiled C baseline.
 */
export function timeBatch(world: World, columns: Columns, program: string | null, sampling: SamplingPlan): BatchResult {
  const rows = columns.task.length;
  const evaluator = createEvaluator(world);
  const typescript = new TypeScriptBaseline(world);
  const native = program === null ? null : nativeRival(program, world, columns);
  const resident = residentCopy(evaluator, columns);
  const residentVerdicts = evaluator.createVerdicts(rows);
  const verdicts = new Uint8Array(rows);
  const bits = new Uint8Array(rows);
  try {
    evaluator.decideBatch(resident, residentVerdicts);
    evaluator.decideBatch(columns, verdicts);
    if (Buffer.compare(verdicts, residentVerdicts) !== 0) throw new Error('verdicts of a copied batch differ');
    typescript.decideBatch(columns, bits);
    requireAgreement(firstDifference(world, columns, verdicts, TYPESCRIPT, bits));
    if (native) requireAgreement(firstDifference(world, columns, verdicts, NATIVE, native.decide()));
    const candidates = [
      candidate(OURS, rows, () => evaluator.decideBatch(resident, residentVerdicts)),
      candidate(OURS_COPIED, rows, () => evaluator.decideBatch(columns, verdicts)),
      ...nativeCandidates(native),
      candidate(TYPESCRIPT, rows, () => typescript.decideBatch(columns, bits)),
    ];
    const timings = interleave(candidates, sampling);
    return { rows, allowedShare: allowedShare(allowedBits(verdicts)), timings };
  } finally {
    native?.close();
  }
}

/** A copy in the evaluator's memory; missing columns stay missing. */
export function residentCopy(evaluator: Evaluator, columns: Columns): Columns {
  const { insnCnt: _one, pre: _none, ...resident } = evaluator.createColumns(columns.task.length);
  for (const name of Object.keys(resident) as (keyof typeof resident)[]) resident[name].set(columns[name]);
  return resident;
}

function nativeCandidates(native: NativeRival | null): Candidate[] {
  return native ? [externalCandidate(NATIVE, (repetitions) => native.time(repetitions))] : [];
}

function requireAgreement(difference: string | null): void {
  if (difference !== null) throw new Error(`verdicts must agree before timing:\n${difference}`);
}
