import type { Columns } from '../src/engine/columns.js';
import { createEvaluator } from '../src/engine/evaluator.js';
import type { World } from '../src/kernel/world.js';
import { allowedBits, allowedShare, firstDifference } from './agreement.js';
import { type Contender, contender, type Effort, interleave, outsideContender, type Timing } from './measure.js';
import { type NativeRival, nativeRival } from './native/native.js';
import { TypeScriptRival } from './typescript.js';

/** The names contenders have in results. */
export const OURS = 'engine';
export const NATIVE = 'native';
export const TYPESCRIPT = 'typescript';

/** What timing a batch showed. */
export interface BatchResult {
  readonly rows: number;
  readonly allowedShare: number;
  readonly timings: readonly Timing[];
}

/**
 * Times the evaluator (verdict bytes, reasons included) and its rivals (allow bits) on the same rows. All decide the
 * whole batch before: throws an Error that describes the first row they differ on. `program` is the compiled C rival.
 */
export function timeBatch(world: World, columns: Columns, program: string | null, effort: Effort): BatchResult {
  const rows = columns.task.length;
  const evaluator = createEvaluator(world);
  const typescript = new TypeScriptRival(world);
  const native = program === null ? null : nativeRival(program, world, columns);
  const verdicts = new Uint8Array(rows);
  const bits = new Uint8Array(rows);
  try {
    evaluator.checkBatch(columns, verdicts);
    typescript.checkBatch(columns, bits);
    demandAgreement(firstDifference(world, columns, verdicts, TYPESCRIPT, bits));
    if (native) demandAgreement(firstDifference(world, columns, verdicts, NATIVE, native.decide()));
    const contenders = [
      contender(OURS, rows, () => evaluator.checkBatch(columns, verdicts)),
      ...nativeContenders(native),
      contender(TYPESCRIPT, rows, () => typescript.checkBatch(columns, bits)),
    ];
    const timings = interleave(contenders, effort);
    return { rows, allowedShare: allowedShare(allowedBits(verdicts)), timings };
  } finally {
    native?.close();
  }
}

function nativeContenders(native: NativeRival | null): Contender[] {
  return native ? [outsideContender(NATIVE, (repetitions) => native.time(repetitions))] : [];
}

function demandAgreement(difference: string | null): void {
  if (difference !== null) throw new Error(`verdicts differ, nothing is timed:\n${difference}`);
}
