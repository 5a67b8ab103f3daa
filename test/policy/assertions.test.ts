import { expect, test } from 'vitest';
import { worldOfSize } from '../../src/fuzz/large_world.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { NEWEST_PROFILE } from '../../src/kernel/profile.js';
import { allowedRequests } from '../../src/policy/allowed_requests.js';
import { type Assertion, checkAssertion } from '../../src/policy/assertions.js';
import { Policy } from '../../src/policy/policy.js';
import { parsePattern } from '../../src/policy/request_pattern.js';
import { cases } from '../cases.js';
import { type AskedRequest, askEverything } from './brute_force.js';
import { randomPolicy } from './random_policies.js';
import { keyOf, keyOfRequest } from './request_keys.js';

/** Words of a pattern, and the same read another way. */
interface Meant {
  readonly text: string;
  readonly has: (asked: AskedRequest) => boolean;
}

type World = ReturnType<typeof randomPolicy>;

const all = (parts: readonly Meant[]): Meant => ({
  text: parts.map(({ text }) => text).join(' '),
  has: (asked) => parts.every((part) => part.has(asked)),
});

function randomMeant(random: RandomSource, { profile, tasks, tokens }: World): Meant {
  const { vocabulary } = profile;
  const cmd = (...names: readonly string[]): Meant => ({
    text: names.join(','),
    has: (asked) => names.includes(vocabulary.nameOf('cmds', asked.cmd)),
  });
  const task = random.pick(tasks).name;
  const mapType = random.pick(vocabulary.names('map_types'));
  const token = tokens.length > 0 ? random.pick(tokens).name : undefined;
  const parts: Meant[] = [
    random.pick([
      cmd('map_create'),
      cmd('prog_load'),
      cmd('map_create', 'btf_load', 'map_lookup_elem'),
      all([
        cmd('map_create'),
        {
          text: `map_type=${mapType}`,
          has: ({ type }) => vocabulary.nameOf('map_types', type) === mapType,
        },
      ]),
    ]),
  ];
  if (random.chance(40)) parts.push({ text: `task=${task}`, has: (asked) => asked.task === task });
  if (random.chance(20)) parts.push({ text: 'token=none', has: (asked) => asked.token === undefined });
  else if (token !== undefined && random.chance(40))
    parts.push({ text: `token=${token}`, has: (asked) => asked.token === token });
  return all(parts);
}

const keys = (asked: readonly AskedRequest[]) => ({ requests: asked.length, first: asked[0] && keyOf(asked[0]) });

test('an assertion holds where it holds of every request asked one by one; what is against it is counted, the smallest first', () => {
  const held = new Map<string, Set<boolean>>();
  let strangers = 0;
  for (let seed = 1; seed <= cases(8, 60); seed++) {
    const random = new RandomSource(seed);
    const world = randomPolicy(seed);
    const everything = askEverything([world]);
    const allowed = ({ allowed: [is] }: AskedRequest) => is === true;
    const policy = new Policy([world]);
    const pattern = randomMeant(random, world);
    const meant = everything.filter(pattern.has);
    const able = [...new Set(meant.filter(allowed).map(({ task }) => task))];
    const named = [...new Set(meant.map(({ task }) => task))];
    const tasks = random.chance(50) ? able : named.filter(() => random.chance(50));
    const drawn = Array.from({ length: random.below(4) }, () => randomMeant(random, world));
    const inner = drawn.filter(({ has }) => meant.some(has));
    for (const { text: other } of drawn.filter((one) => !inner.includes(one))) {
      const ask = () =>
        checkAssertion(policy, { kind: 'what_can', pattern: pattern.text, bound: 'exactly', requests: [other] });
      expect(ask).toThrow(/no request of .* fits it/);
      strangers += 1;
    }
    const isInner = (asked: AskedRequest) => inner.some(({ has }) => has(asked));
    const requests = inner.map(({ text }) => text);
    const { text } = pattern;
    const expected: readonly (readonly [
      Assertion,
      readonly AskedRequest[],
      readonly AskedRequest[],
      readonly string[],
    ])[] = [
      [{ kind: 'never', pattern: text }, meant.filter(allowed), [], []],
      [{ kind: 'always', pattern: text }, [], meant.filter((asked) => !allowed(asked)), []],
      [
        { kind: 'who_can', pattern: text, tasks },
        meant.filter((asked) => allowed(asked) && !tasks.includes(asked.task)),
        [],
        tasks.filter((name) => !able.includes(name)),
      ],
      ...(['exactly', 'at_most'] as const).map(
        (bound) =>
          [
            { kind: 'what_can', pattern: text, bound, requests },
            meant.filter((asked) => allowed(asked) && !isInner(asked)),
            bound === 'exactly' ? meant.filter((asked) => !allowed(asked) && isInner(asked)) : [],
            [],
          ] as const,
      ),
    ];
    for (const [assertion, excess, lacking, unable] of expected) {
      const found = checkAssertion(policy, assertion);
      const shown = (those: typeof found.excess) => ({
        requests: those?.requests ?? 0,
        first: those && keyOfRequest(policy, those.first),
      });
      const holds = excess.length + lacking.length + unable.length === 0;
      expect({ seed, assertion, ...found, excess: shown(found.excess), lacking: shown(found.lacking) }).toEqual({
        seed,
        assertion,
        asked: meant.length,
        excess: keys(excess),
        lacking: keys(lacking),
        unable,
        holds,
      });
      held.set(assertion.kind, (held.get(assertion.kind) ?? new Set()).add(holds));
    }
    policy.dispose();
  }
  // Both answers were met, and patterns beside the asked one.
  expect(strangers).toBeGreaterThan(0);
  expect([...held].map(([kind, answers]) => [kind, answers.size])).toEqual(
    ['never', 'always', 'who_can', 'what_can'].map((kind) => [kind, 2]),
  );
});

test('a task that is not there, or that the pattern does not mean, is an error', () => {
  const policy = new Policy([randomPolicy(1)]);
  const of = (tasks: readonly string[]) => () =>
    checkAssertion(policy, { kind: 'who_can', pattern: 'btf_load', tasks });
  expect(of(['task00'])).toThrow(/unknown task "task00"; did you mean "task0"\?/);
  const [first, second] = policy.aligned.tasks.map(({ name }) => name);
  const other: Assertion = { kind: 'who_can', pattern: `btf_load task=${first}`, tasks: [second as string] };
  expect(() => checkAssertion(policy, other)).toThrow(/it means no request of task/);
  policy.dispose();
});

test('who_can of many tasks took a question for each: a named task once', () => {
  const world = worldOfSize(new RandomSource(1), NEWEST_PROFILE, 'random', () => 300);
  const policy = new Policy([world]);
  const tasks = world.tasks.map(({ name }) => name);
  const { asked, excess, unable } = checkAssertion(policy, {
    kind: 'who_can',
    pattern: 'map_create map_type=hash',
    tasks,
  });
  const one = allowedRequests(policy, parsePattern('map_create map_type=hash', policy.aligned));
  expect([asked, excess]).toEqual([one.asked, undefined]);
  const able = new Set(one.groups.flatMap(({ classes }) => classes.flatMap((pairs) => policy.tasksOf(pairs))));
  expect(unable).toEqual(tasks.filter((_, i) => !able.has(i)));
  policy.dispose();
});
