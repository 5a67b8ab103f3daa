import { expect, test } from 'vitest';
import { OUTCOME_MASK } from '../../src/abi/verdict.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { largestWorld, TREE_SHAPES } from '../../src/fuzz/large_world.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { NEWEST_PROFILE } from '../../src/kernel/profile.js';
import { isAllowed } from '../../src/kernel/verdict.js';
import { NO_TOKEN } from '../../src/kernel/world.js';
import { type PairClass, PairClasses } from '../../src/policy/pair_classes.js';
import { allows, Policy, pairCount } from '../../src/policy/policy.js';

const REQUESTS = 1_000_000;

test.each(TREE_SHAPES)(
  'a million random requests of the largest world, a %s one, are what their classes say',
  (shape) => {
    const random = new RandomSource(1);
    const world = largestWorld(random, NEWEST_PROFILE, shape);
    const policy = new Policy([world]);
    const { aligned } = policy;
    const everything = {
      tasks: [...aligned.tasks.keys()],
      tokens: [...aligned.tokens.keys()],
      bpffs: [],
      hasNone: true,
    };
    const keyOf = ({ kind, objects: [object] }: Pick<PairClass, 'kind' | 'objects'>, relation: number | undefined) =>
      `${kind} ${object} ${relation}`;
    const found = new Map<string, Uint8Array>();
    const groupOf = new Map<number, PairClass>();
    let pairs = 0;
    let cells: readonly { readonly cmd: number; readonly type: number; readonly attachType: number }[] = [];
    for (const { pairs: own, cells: asked, verdicts } of policy.ask()) {
      cells = asked;
      pairs += pairCount(own);
      found.set(keyOf(own, own.relations[0]), verdicts[0] as Uint8Array);
      for (const object of own.objects) groupOf.set(object, own);
    }
    expect(pairs).toBe(world.tasks.length * (world.tokens.length + 1));
    const classes = new PairClasses(aligned, everything);
    const evaluator = createEvaluator(world);
    let wrong = 0;
    for (let i = 0; i < REQUESTS; i++) {
      const task = random.below(world.tasks.length);
      const token = random.chance(5) ? NO_TOKEN : random.below(world.tokens.length);
      const cell = random.below(cells.length);
      const { cmd, type, attachType } = cells[cell] as (typeof cells)[number];
      const kind = token === NO_TOKEN ? 'none' : 'token';
      const [relation] = classes.relationsOf(task, kind, token);
      const own = kind === 'none' ? { kind, objects: [] } : { kind, objects: groupOf.get(token)?.objects ?? [] };
      const byte = evaluator.decideIds(task, token, cmd, type, attachType);
      const verdicts = found.get(keyOf(own as PairClass, relation));
      if (!verdicts || allows(verdicts, cell) !== isAllowed(byte & OUTCOME_MASK)) wrong += 1;
    }
    expect(wrong).toBe(0);
    policy.dispose();
  },
);
