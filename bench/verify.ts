import { OUTCOME_MASK, type Outcome } from '../src/abi/verdict.js';
import { type Columns, rowOf } from '../src/engine/columns.js';
import { decodeVerdict, dispositionName, isAllowed, outcomeName } from '../src/kernel/verdict.js';
import type { World } from '../src/kernel/world.js';

/** By outcome: whether the request is allowed. */
const ALLOWED = Uint8Array.from({ length: OUTCOME_MASK + 1 }, (_, outcome) => (isAllowed(outcome as Outcome) ? 1 : 0));

/** 1 for every verdict that allows its request, else 0. */
export function allowedBits(verdicts: Uint8Array): Uint8Array {
  return verdicts.map((verdict) => ALLOWED[verdict & OUTCOME_MASK] as number);
}

/** The share of rows that are allowed. */
export function allowedShare(bits: Uint8Array): number {
  let allowed = 0;
  for (const bit of bits) allowed += bit;
  return allowed / bits.length;
}

/** A description of the first row whose allow bit differs from the verdict; null where all rows agree. */
export function firstDifference(
  world: World,
  columns: Columns,
  verdicts: Uint8Array,
  baseline: string,
  bits: Uint8Array,
): string | null {
  if (bits.length !== verdicts.length) return `${baseline} answered ${bits.length} rows of ${verdicts.length}`;
  for (let row = 0; row < bits.length; row++) {
    const verdict = verdicts[row] as number;
    if (ALLOWED[verdict & OUTCOME_MASK] !== bits[row]) {
      return describe(world, columns, row, verdict, baseline, bits[row] as number);
    }
  }
  return null;
}

function describe(world: World, columns: Columns, row: number, verdict: number, baseline: string, bit: number): string {
  const { profile, tasks, tokens, userns } = world;
  const request = rowOf(columns, row);
  const task = tasks[request.task];
  const token = tokens[request.token];
  const { outcome, disposition } = decodeVerdict(verdict);
  const cmd = profile.vocabulary.nameOf('cmds', request.cmd);
  const type = profile.vocabulary.nameOf(cmd === 'map_create' ? 'map_types' : 'prog_types', request.type);
  const attachType = profile.vocabulary.nameOf('attach_types', request.attachType);
  return [
    `row ${row} of ${profile.name}: ${baseline} says ${bit === 1 ? 'allowed' : 'denied'}, the engine ` +
      `${outcomeName(outcome)} (token ${dispositionName(disposition)})`,
    `  ${cmd} type ${type}, attach type ${attachType}, ${request.insnCnt} instructions`,
    `  task ${task?.name} in ${nameOf(userns, task?.userns)}, euid ${task?.euid}, ` +
      `effective 0x${task?.effective.toString(16)}`,
    token ? `  token ${token.name} of ${nameOf(userns, token.userns)}` : '  no token',
  ].join('\n');
}

function nameOf(userns: World['userns'], id: number | undefined): string {
  return (id === undefined ? undefined : userns[id]?.name) ?? 'nowhere';
}
