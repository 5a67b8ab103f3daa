import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { CAP_BPF } from '../../src/abi/capabilities.js';
import { MAX_WORKSPACES } from '../../src/abi/memory_layout.js';
import { createEvaluator, type Evaluator } from '../../src/engine/evaluator.js';
import {
  type AttachedEvaluator,
  attachEvaluator,
  type SharedEvaluator,
  shareEvaluator,
} from '../../src/engine/share.js';
import { createMemory } from '../../src/engine/wasm.js';
import { AttachmentLimitError, claimWorkspace, releaseWorkspace } from '../../src/engine/workspaces.js';
import { ColumnLengthError, InvalidArgumentError } from '../../src/errors.js';
import { decodeVerdict } from '../../src/kernel/verdict.js';
import { requestOf } from '../../src/kernel/world.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { smallWorld } from '../tables/small_world.js';

const world = smallWorld();
const [chunk] = generateRequests(world, 3, 20_000, { chunkRows: 20_000 });
const { columns } = chunk as NonNullable<typeof chunk>;

function verdicts(evaluator: Pick<Evaluator, 'decideBatch'>): Uint8Array {
  const out = new Uint8Array(20_000);
  evaluator.decideBatch(columns, out);
  return out;
}

describe('workspaces', () => {
  test('are handed out one after the other, each once, and again when given back', () => {
    const memory = createMemory(true);
    const workspaces = Array.from({ length: MAX_WORKSPACES }, () => claimWorkspace(memory));
    expect(new Set(workspaces).size).toBe(MAX_WORKSPACES);
    expect([...workspaces].sort((a, b) => a - b)).toEqual(workspaces);
    expect(() => claimWorkspace(memory)).toThrow(AttachmentLimitError);
    for (const workspace of [workspaces[63], workspaces[31], workspaces[32], workspaces[0]] as number[]) {
      releaseWorkspace(memory, workspace);
      expect(claimWorkspace(memory)).toBe(workspace);
    }
    expect(() => claimWorkspace(memory)).toThrow(/all 64 workspaces .* dispose\(\)/);
  });
});

describe('an attached evaluator', () => {
  test('answers as its owner does, side by side with others', () => {
    const evaluator = createEvaluator(world);
    const one = attachEvaluator(shareEvaluator(evaluator));
    const two = attachEvaluator(shareEvaluator(evaluator));
    const expected = verdicts(evaluator);
    expect(verdicts(one)).toEqual(expected);
    expect(verdicts(two)).toEqual(expected);
    const task = columns.task[7] as number;
    const token = columns.token[7] as number;
    expect(one.decideIds(task, token, 0, 1, 0)).toBe(evaluator.decideIds(task, token, 0, 1, 0));
    expect(() => one.decideBatch(columns, new Uint8Array(3))).toThrow(ColumnLengthError);
  });

  test('sees what its owner changes', () => {
    const evaluator = createEvaluator(world);
    const attached = attachEvaluator(shareEvaluator(evaluator));
    const request = requestOf({ task: 1, cmd: world.profile.vocabulary.require('cmds', 'btf_load') });
    expect(decodeVerdict(attached.decideRequest(request)).allowed).toBe(false);
    const tasks = world.tasks.map((task) => ({ ...task, userns: 0, effective: 1n << BigInt(CAP_BPF) }));
    evaluator.editor.replaceWorld({ ...world, tasks });
    expect(decodeVerdict(attached.decideRequest(request)).allowed).toBe(true);
    // Writing a world leaves the workspaces as they are.
    const other = attachEvaluator(shareEvaluator(evaluator));
    expect(verdicts(other)).toEqual(verdicts(attached));
    for (let i = 0; i < MAX_WORKSPACES - 3; i++) attachEvaluator(shareEvaluator(evaluator));
    expect(() => attachEvaluator(shareEvaluator(evaluator))).toThrow(AttachmentLimitError);
  });

  test('gives its workspace back, once, and answers nothing afterwards', () => {
    const evaluator = createEvaluator(world);
    const all = Array.from({ length: MAX_WORKSPACES - 1 }, () => attachEvaluator(shareEvaluator(evaluator)));
    expect(() => attachEvaluator(shareEvaluator(evaluator))).toThrow(AttachmentLimitError);
    const gone = all[5] as AttachedEvaluator;
    gone.dispose();
    gone.dispose();
    expect(() => verdicts(gone)).toThrow(/disposed of/);
    expect(() => gone.decideIds(0, 0, 0, 0, 0)).toThrow(/disposed of/);
    const next = attachEvaluator(shareEvaluator(evaluator));
    gone[Symbol.dispose]();
    // The workspace is the next one's now: disposing of the one that had it does not free it.
    expect(() => attachEvaluator(shareEvaluator(evaluator))).toThrow(AttachmentLimitError);
    expect(verdicts(next)).toEqual(verdicts(evaluator));
  });

  test('attaches to a memory that columns made grow', () => {
    const evaluator = createEvaluator(world);
    evaluator.createColumns(3_000_000);
    expect(verdicts(attachEvaluator(shareEvaluator(evaluator)))).toEqual(verdicts(evaluator));
  });

  test('is made of what shareEvaluator() returned, and of nothing else', () => {
    const { kind, memory } = shareEvaluator(createEvaluator(world));
    const wrong: [unknown, RegExp][] = [
      [undefined, /needs the value that shareEvaluator\(\) returned/],
      [createEvaluator(world), /needs the value that shareEvaluator\(\)/],
      [{ kind, memory: new ArrayBuffer(8) }, /needs the value that shareEvaluator\(\)/],
      [{ kind: 'bpf-token-sim/shared-evaluator/99', memory }, /same version .*\/99/],
      [{ kind, memory: new WebAssembly.Memory({ initial: 1 }) }, /same version/],
    ];
    for (const [shared, message] of wrong) {
      expect(() => attachEvaluator(shared as SharedEvaluator)).toThrow(InvalidArgumentError);
      expect(() => attachEvaluator(shared as SharedEvaluator)).toThrow(message);
    }
  });
});

test('a worker thread answers as the owner does, and sees its changes', async () => {
  const evaluator = createEvaluator(world);
  const worker = new Worker(new URL('./attached_worker.mjs', import.meta.url), {
    workerData: shareEvaluator(evaluator),
  });
  const ask = async (message: object): Promise<unknown> => {
    const answer = once(worker, 'message');
    worker.postMessage(message);
    return (await answer)[0];
  };
  const request = requestOf({ task: 3, cmd: world.profile.vocabulary.require('cmds', 'btf_load') });
  expect(await ask({ columns, rows: 20_000 })).toEqual(verdicts(evaluator));
  const before = evaluator.decideRequest(request);
  expect(await ask({ request })).toBe(before);
  evaluator.editor.replaceWorld({ ...world, tasks: world.tasks.map(() => world.tasks[0] as (typeof world.tasks)[0]) });
  expect(evaluator.decideRequest(request)).not.toBe(before);
  expect(await ask({ request })).toBe(evaluator.decideRequest(request));
  expect(await ask({ columns, rows: 20_000 })).toEqual(verdicts(evaluator));
  // It has one workspace until it gives it back.
  const rest = Array.from({ length: MAX_WORKSPACES - 2 }, () => attachEvaluator(shareEvaluator(evaluator)));
  expect(rest).toHaveLength(62);
  expect(() => attachEvaluator(shareEvaluator(evaluator))).toThrow(AttachmentLimitError);
  const exit = once(worker, 'exit');
  worker.postMessage({ end: true });
  await exit;
  attachEvaluator(shareEvaluator(evaluator)).dispose();
});
