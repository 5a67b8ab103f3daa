import { expect, test } from 'vitest';
import { Model } from '../../src/kernel/model.js';
import { NO_TOKEN, requestOf, type World } from '../../src/kernel/world.js';
import { type AlignedWorlds, alignWorlds } from '../../src/policy/aligned_worlds.js';
import { ClassVerdicts } from '../../src/policy/class_verdicts.js';
import { type ObjectKind, type PairClass, PairClasses } from '../../src/policy/pair_classes.js';
import { cellsOf, policyCells } from '../../src/policy/policy_cells.js';
import { cases } from '../cases.js';
import { changedPolicy, randomPolicy } from './random_policies.js';

const everything = ({ tasks, tokens, bpffs }: AlignedWorlds) => ({
  tasks: [...tasks.keys()],
  tokens: [...tokens.keys()],
  bpffs: [...bpffs.keys()],
  hasNone: true,
});

/** Each pair of a world, with its objects. */
function pairsOf({
  tasks,
  tokens,
  bpffs,
}: AlignedWorlds): [task: number, kind: ObjectKind, object: number | undefined][] {
  const objects: [ObjectKind, number | undefined][] = [
    ['none', undefined],
    ...[...tokens.keys()].map((id): [ObjectKind, number] => ['token', id]),
    ...[...bpffs.keys()].map((id): [ObjectKind, number] => ['bpffs', id]),
  ];
  return [...tasks.keys()].flatMap((task) =>
    objects.map(([kind, object]): [number, ObjectKind, number | undefined] => [task, kind, object]),
  );
}

test('every pair is in one class, which has its number of tasks, its smallest task and its answers', () => {
  for (let seed = 1; seed <= cases(8, 200); seed++) {
    const world = randomPolicy(seed);
    const worlds: World[] = seed % 2 === 0 ? [world] : [world, changedPolicy(world, seed)];
    const aligned = alignWorlds(worlds);
    const classes = new PairClasses(aligned, everything(aligned));
    const all = [...classes];
    const keyOf = ({ kind, objects, relations }: PairClass) => `${kind} ${objects[0]} ${relations}`;
    expect(new Set(all.map(keyOf)).size).toBe(all.length);
    const members = new Map(all.map((one) => [one, [] as string[]]));
    const cells = policyCells(worlds);
    const verdicts = new ClassVerdicts(aligned, cells);
    const models = worlds.map((one) => new Model(one));
    for (const [task, kind, object] of pairsOf(aligned)) {
      const relations = classes.relationsOf(task, kind, object);
      const found = all.filter(
        (one) =>
          one.kind === kind &&
          (object === undefined || one.objects.includes(object)) &&
          relations.every((relation, side) => relation === one.relations[side]),
      );
      expect([seed, task, kind, object, found.length]).toEqual([seed, task, kind, object, 1]);
      const own = found[0] as PairClass;
      members.get(own)?.push(`${task}`);
      const asked = [...cellsOf(cells, kind).entries()].filter(([i]) => kind === 'bpffs' || (i + task) % 37 === 0);
      for (const side of worlds.keys()) {
        const bytes = verdicts.of(own, side);
        const id = aligned.tasks[task]?.ids[side];
        const ids = kind === 'bpffs' ? aligned.bpffs : aligned.tokens;
        const objectId = object === undefined ? NO_TOKEN : ids[object]?.ids[side];
        if (id === undefined || objectId === undefined) {
          expect(bytes).toBeUndefined();
          continue;
        }
        const expected = asked.map(([, { cmd, type, attachType }]) =>
          models[side]?.ask(
            kind === 'bpffs'
              ? requestOf({ task: id, cmd, bpffs: objectId })
              : requestOf({ task: id, token: objectId, cmd, type, attachType }),
          ),
        );
        expect([seed, task, kind, object, side, asked.map(([i]) => bytes?.[i])]).toEqual([
          seed,
          task,
          kind,
          object,
          side,
          expected,
        ]);
      }
    }
    for (const [one, tasks] of members) {
      const each = Math.max(one.objects.length, 1);
      const distinct = [...new Set(tasks.map(Number))].sort((a, b) => a - b);
      expect([seed, keyOf(one), tasks.length, distinct[0]]).toEqual([
        seed,
        keyOf(one),
        one.tasks * each,
        one.firstTask,
      ]);
      expect(classes.tasksOf(one)).toEqual(distinct);
    }
    verdicts.dispose();
  }
});

test('a selection is asked alone', () => {
  const world = randomPolicy(7);
  const aligned = alignWorlds([world]);
  const tasks = [...aligned.tasks.keys()].slice(1, 2);
  const classes = [...new PairClasses(aligned, { tasks, tokens: [], bpffs: [], hasNone: true })];
  expect(classes.map(({ kind, tasks: count, firstTask }) => [kind, count, firstTask])).toEqual([['none', 1, 1]]);
});
