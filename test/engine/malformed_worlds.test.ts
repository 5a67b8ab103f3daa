import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { USERNS_MAX_LEVEL } from '../../src/abi/bpf.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { InvalidSpecError } from '../../src/errors.js';
import { evaluateAcrossProfiles } from '../../src/explain/across_profiles.js';
import { explain } from '../../src/explain/explain.js';
import { remediate } from '../../src/explain/remediate.js';
import { checkWorld } from '../../src/kernel/check_world.js';
import { Model } from '../../src/kernel/model.js';
import { MAX_IDS, requestOf, type UsernsSpec, type World } from '../../src/kernel/world.js';
import { evaluateTable } from '../../src/tables/evaluate_table.js';
import { readRequests } from '../../src/tables/text/text_reader.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { breakableFields, randomFullWorld, withField } from './broken_fields.js';

const evaluator = createEvaluator(randomFullWorld(1));
const request = requestOf({ task: 0, cmd: 18 });

/** Every public call that takes a world to decide in. */
const TAKE_WORLDS: Readonly<Record<string, (world: World) => unknown>> = {
  'createEvaluator()': (world) => createEvaluator(world),
  'replaceWorld()': (world) => evaluator.editor.replaceWorld(world),
  'new Model()': (world) => new Model(world),
  'explain()': (world) => explain({ world, request }),
  'advise()': (world) => remediate({ world, request }),
  'evaluateAcrossProfiles()': (world) => evaluateAcrossProfiles({ world, request }),
};

/** Every public call that takes a world to look names up in. */
const TAKE_NAMES: Readonly<Record<string, (world: World) => unknown>> = {
  'evaluateTable()': (world) => evaluateTable(evaluator, 'x.csv', { world }),
  'readRequests()': (world) => readRequests(world, 'csv', lines('task,cmd\n')).next(),
  'generateRequests()': (world) => generateRequests(world, 1, 1).next(),
};

async function* lines(text: string): AsyncGenerator<string> {
  yield text;
}

async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return 'nothing was thrown';
}

/** A random world with one field broken. */
const brokenWorld = fc.tuple(fc.nat(0xffff), fc.nat(), fc.nat()).map(([seed, nth, value]) => {
  const world = randomFullWorld(seed);
  const fields = breakableFields(world);
  const { path, wrong } = fields[nth % fields.length] as (typeof fields)[number];
  return { world: withField(world, path, wrong[value % wrong.length]), path };
});

describe('a malformed world is refused with the field that is wrong, and decides nothing', () => {
  test.each(Object.entries(TAKE_WORLDS))('%s', async (_, take) => {
    const before = evaluator.world;
    await fc.assert(
      fc.asyncProperty(brokenWorld, async ({ world, path }) => {
        const error = await thrownBy(() => take(world));
        expect(error).toBeInstanceOf(InvalidSpecError);
        expect(error).toMatchObject({ code: 'INVALID_SPEC', field: path });
        expect((error as Error).message).toMatch(/^\S+ is .* is expected$/s);
        expect((error as Error).message.startsWith(`${path} is `)).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(evaluator.world).toBe(before);
  });

  test.each(Object.entries(TAKE_NAMES))('%s, of what it looks up', async (_, take) => {
    const isLookedUp = (path: string): boolean => /^(profile|(tasks|tokens)(\[\d+\](\.name)?)?$)/.test(path);
    await fc.assert(
      fc.asyncProperty(
        brokenWorld.filter(({ path }) => isLookedUp(path)),
        async ({ world, path }) => {
          expect(await thrownBy(() => take(world))).toMatchObject({ code: 'INVALID_SPEC', field: path });
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each([...Object.entries(TAKE_WORLDS), ...Object.entries(TAKE_NAMES)])(
    '%s of no world at all',
    async (_, take) => {
      for (const none of [null, 3, 'world', () => 0]) {
        expect(await thrownBy(() => take(none as never))).toMatchObject({ code: 'INVALID_SPEC', field: 'world' });
      }
    },
  );
});

test('valid worlds are taken', () => {
  for (let seed = 0; seed < 1000; seed++) checkWorld(randomFullWorld(seed));
});

/** Namespaces one in the other, the last one `levels` below the initial one. */
function chain(levels: number): readonly UsernsSpec[] {
  return Array.from({ length: levels + 1 }, (_, id) => ({ name: `ns${id}`, parent: Math.max(0, id - 1), owner: 0 }));
}

describe('a tree of user namespaces', () => {
  const world: World = { ...randomFullWorld(2), bpffs: [], tasks: [], tokens: [] };

  test('may be as deep as Linux allows, and no deeper', () => {
    checkWorld({ ...world, userns: chain(USERNS_MAX_LEVEL) });
    for (const levels of [USERNS_MAX_LEVEL + 1, 40, 64, 300]) {
      expect(() => createEvaluator({ ...world, userns: chain(levels) })).toThrow(
        'userns[34].parent is 33: a user namespace above level 33, the deepest that Linux allows, is expected',
      );
    }
  });

  test('whose parents come later or form a circle is invalid', () => {
    const init = { name: 'init', parent: 0, owner: 0 };
    for (const parents of [[2, 0], [1], [2, 1]]) {
      const userns = [init, ...parents.map((parent, i) => ({ name: `ns${i}`, parent, owner: 0 }))];
      expect(() => createEvaluator({ ...world, userns })).toThrow(/^userns\[1\]\.parent is \d: the id of .* before it/);
    }
  });

  test('is counted like tasks and tokens', () => {
    const userns = Array.from({ length: MAX_IDS + 1 }, (_, id) => ({ name: `ns${id}`, parent: 0, owner: 0 }));
    expect(() => new Model({ ...world, userns })).toThrow('65536 user namespaces: at most 65535 fit one world');
  });
});

test('texts from a world are shown without what a terminal would obey', () => {
  const userns = '\u001b[31m\u009b\u202e"box"\n';
  expect(() => checkWorld(withField(randomFullWorld(3), 'tasks[0].userns', userns))).toThrow(
    'tasks[0].userns is "\\x1b[31m\\x9b\\u{202e}\\"box\\"\\n": the id of a user namespace',
  );
});

test('what is no program of a request is refused with its field, by the model and the hot path', () => {
  const world = randomFullWorld(1);
  const model = new Model(world);
  const right = { helpers: [1], liberties: [], isGpl: true, isSleepable: false };
  for (const [field, program] of [
    ['program', null],
    ['program', 'agent'],
    ['program.helpers', { ...right, helpers: undefined }],
    ['program.helpers', { ...right, helpers: ['probe_read'] }],
    ['program.liberties', { ...right, liberties: ['loop'] }],
    ['program.isGpl', { ...right, isGpl: 1 }],
    ['program.target', { ...right, target: 4 }],
  ] as const) {
    const asked = { ...requestOf({ task: 0, cmd: 5, type: 1 }), program: program as never };
    expect(() => model.ask(asked)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST', field }));
    expect(() => evaluator.decideRequest(asked)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST', field }));
  }
});
