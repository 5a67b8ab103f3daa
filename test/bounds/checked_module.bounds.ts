import { describe, expect, test } from 'vitest';
import * as L from '../../src/abi/memory_layout.js';
import { PLAIN_SETUP } from '../../src/differential/engine_setup.js';
import { DEFAULT_IMPLEMENTATIONS } from '../../src/differential/implementations.js';
import { writeWorld } from '../../src/engine/compile.js';
import { KERNEL_REGIONS, REGIONS, WorldTables } from '../../src/engine/regions.js';
import { createMemory, instantiate } from '../../src/engine/wasm.js';
import { findingsOf } from '../../src/fuzz/campaign_stats.js';
import { disagreementOf } from '../../src/fuzz/case.js';
import { largeWorld } from '../../src/fuzz/large_world.js';
import { ALL_SLOTS } from '../../src/fuzz/profile_slots.js';
import { randomRequests } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { runSequential } from '../../src/fuzz/run_sequential.js';
import { NEWEST_PROFILE, PROFILES } from '../../src/kernel/profile.js';

describe('an access outside its region ends in a trap', () => {
  const memory = createMemory(true);
  memory.grow(1);
  const exports = instantiate(memory);
  writeWorld(new WorldTables(memory.buffer), randomWorld(new RandomSource(3)));
  const rows = 40;
  const columns = REGIONS.workspaces.end;
  const own = L.WORKSPACES_START;
  /** Decides 40 rows whose columns lie past all workspaces, but for one. */
  const decide = (at: { readonly workspace?: number; readonly task?: number; readonly out?: number }): void => {
    const { workspace = own, task = columns, out = columns + 1024 } = at;
    exports.decideBatch(workspace, rows, task, columns + 128, columns + 256, columns + 384, columns + 512, 0, 0, out);
  };

  test('none where every column lies past the workspaces, or in the workspace that decides', () => {
    decide({});
    decide({ task: own + L.WORKSPACE_TASK, out: own + L.WORKSPACE_OUT });
  });

  test.each([
    ['verdicts in the table of tasks', { out: L.WORLD_TASKS + 64 }],
    ['verdicts in the last rows of the user namespaces', { out: L.WORKSPACES_START - 48 }],
    ['verdicts in the workspace of another thread', { out: own + L.WORKSPACE_SIZE + L.WORKSPACE_OUT }],
    ['verdicts in the header', { out: L.WORLD_TASK_COUNT }],
    ['a column that begins in one table and ends in the next', { task: L.WORLD_TOKENS - 8 }],
    ['a column in the workspace of another thread', { task: own + 2 * L.WORKSPACE_SIZE }],
    ['a column below the tables', { task: 0 }],
  ])('%s', (_, at) => {
    expect(() => decide(at)).toThrow(WebAssembly.RuntimeError);
  });

  test('a table that is written through a view of another', () => {
    const { tasks, userns } = new WorldTables(memory.buffer);
    expect(() => tasks.setUint8(L.WORLD_TOKENS, 1)).toThrow(RangeError);
    expect(() => userns.setUint16(L.WORKSPACES_START - 1, 1)).toThrow(RangeError);
    expect(() => userns.setUint16(L.WORLD_USERNS - 2, 1)).toThrow(RangeError);
    for (const { start, end } of KERNEL_REGIONS) expect(end).toBeGreaterThan(start);
  });
});

test('200,000 cases of a campaign stay in their regions, and every verdict is the model’s', () => {
  const stats = runSequential({ seed: 11, slots: ALL_SLOTS, cases: 200_000 });
  expect(findingsOf(stats)).toEqual([]);
  expect(stats.cases).toBe(200_000);
});

test.each([1, 2, 3, 4, 5, 6])('world %i at the documented limits stays in its regions', (seed) => {
  const random = new RandomSource(seed);
  const world = largeWorld(random, seed % 2 === 0 ? NEWEST_PROFILE : random.pick(PROFILES));
  const requests = randomRequests(world, random, 3000, false);
  expect(disagreementOf(DEFAULT_IMPLEMENTATIONS, { world, requests, index: 0, setup: PLAIN_SETUP })).toBeUndefined();
});
