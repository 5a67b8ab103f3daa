import { describe, expect, test } from 'vitest';
import { MASK_ANY, USERNS_MAX_LEVEL } from '../../src/abi/bpf.js';
import * as L from '../../src/abi/memory_layout.js';
import { createColumns, setRow } from '../../src/engine/columns.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { KERNEL_REGIONS, layoutFaults, REGIONS, WORKSPACE_REGIONS } from '../../src/engine/regions.js';
import { largeTree, TREE_SHAPES } from '../../src/fuzz/large_world.js';
import { randomCapabilities } from '../../src/fuzz/random_masks.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { Model } from '../../src/kernel/model.js';
import { profileNamed } from '../../src/kernel/profile.js';
import { MAX_IDS, NO_TOKEN, type Request, requestOf, type World } from '../../src/kernel/world.js';

/** Namespaces whose tasks and tokens are asked about: at both ends, and past the 64,090th, which once had no room. */
const REQUIREMENT_FIELDS = [0, 1, 32, 33, 34, 1000, 64_089, 64_090, 64_100, MAX_IDS - 2, MAX_IDS - 1];

/** As many user namespaces as a world can have, with a task and a token in some. */
function largestWorld(shape: (typeof TREE_SHAPES)[number]): World {
  const random = new RandomSource(5);
  const profile = profileNamed('linux-6.12');
  const any = { cmds: MASK_ANY, maps: MASK_ANY, progs: MASK_ANY, attachs: MASK_ANY };
  const userns = largeTree(shape, MAX_IDS, random);
  return {
    profile,
    unprivilegedBpfDisabled: 2,
    userns,
    bpffs: [],
    tasks: REQUIREMENT_FIELDS.map((at) => ({
      name: `in ${at}`,
      userns: at,
      euid: random.below(1000),
      effective: randomCapabilities(random),
    })),
    tokens: REQUIREMENT_FIELDS.map((at) => ({
      name: `of ${at}`,
      userns: at,
      allowed: any,
      denials: { cmds: 0n, caps: 0n },
    })),
  };
}

describe.each(TREE_SHAPES)('65,535 user namespaces, %s', (shape) => {
  const world = largestWorld(shape);
  const { vocabulary } = world.profile;
  const evaluator = createEvaluator(world);
  const model = new Model(world);
  const ids = REQUIREMENT_FIELDS.map((_, id) => id);
  const requests: Request[] = ids.flatMap((task) =>
    [...ids, NO_TOKEN].map((token) => ({
      ...requestOf({ task, cmd: vocabulary.require('cmds', 'prog_load') }),
      token,
      type: vocabulary.require('prog_types', 'xdp'),
      attachType: vocabulary.require('attach_types', 'xdp'),
    })),
  );
  const expected = requests.map((request) => model.ask(request));
  const single = (): number[] => requests.map((request) => evaluator.decideRequest(request));

  test('single requests, a batch of 20,000 rows, and single requests after it are decided as by the model', () => {
    expect(single()).toEqual(expected);
    const rows = 20_000;
    const columns = createColumns(rows);
    for (let row = 0; row < rows; row++) setRow(columns, row, requests[row % requests.length] as Request);
    const out = new Uint8Array(rows);
    evaluator.decideBatch(columns, out);
    expect([...out.subarray(0, requests.length)]).toEqual(expected);
    for (let row = 0; row < rows; row++) if (out[row] !== expected[row % requests.length]) expect(row).toBe(-1);
    expect(single()).toEqual(expected);
  });
});

test('a deep tree is as deep as a kernel’s, and needs the whole table of user namespaces', () => {
  const levels: number[] = [];
  for (const [id, { parent }] of largeTree('deep', MAX_IDS, new RandomSource()).entries()) {
    levels.push(id === 0 ? 0 : (levels[parent] as number) + 1);
  }
  expect(Math.max(...levels)).toBe(USERNS_MAX_LEVEL);
  expect(REGIONS.userns.needs).toBe(MAX_IDS * (USERNS_MAX_LEVEL + 1) * L.USERNS_LEVEL_SIZE);
});

describe('the layout', () => {
  test('has room for what the documented limits need, in every region', () => {
    expect(layoutFaults([...Object.values(REGIONS), ...KERNEL_REGIONS, ...WORKSPACE_REGIONS])).toEqual([]);
  });

  test('regions follow each other: none starts within another', () => {
    for (const regions of [Object.values(REGIONS), WORKSPACE_REGIONS]) {
      for (const [i, { end }] of regions.entries()) expect(regions[i + 1]?.start ?? end).toBe(end);
    }
  });

  test('the table of user namespaces that held 64,090 of them is found too small', () => {
    expect(layoutFaults([{ ...REGIONS.userns, end: 13_631_488 }])).toEqual([
      'region user namespaces has 8716288 bytes from 4915200 on; the documented limits need 8912760',
    ]);
  });
});
