import { randomDenials, randomMasks } from '../../src/fuzz/random_masks.js';
import { withRandomPrograms } from '../../src/fuzz/random_programs.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { RULE_NAMES } from '../../src/kernel/profile.js';
import type { BpffsSpec, World } from '../../src/kernel/world.js';

/** A random world with bpffs instances, which some of its tokens come from. */
export function randomFullWorld(seed: number): World {
  const random = new RandomSource(seed, 7);
  const world = withRandomPrograms(random, randomWorld(random));
  const { vocabulary } = world.profile;
  const bpffs = Array.from({ length: random.below(3) }, (_, i): BpffsSpec => {
    const options = { uid: 0, gid: 0xffff_fffe, mode: 0o7777, delegate: randomMasks(random, vocabulary) };
    const denials = randomDenials(random, vocabulary);
    const userns = random.below(world.userns.length);
    return { name: `fs${i}`, userns, options, denials, lsmCreateErrno: random.pick([0, 1, 4095]) };
  });
  const tokens = world.tokens.map((token) =>
    bpffs.length > 0 && random.chance(50) ? { ...token, bpffs: random.below(bpffs.length) } : token,
  );
  return { ...world, bpffs, tokens };
}

/** A field of a world, and values that no world can have there. */
export interface BreakableField {
  /** `tasks[3].userns`. */
  readonly path: string;
  readonly wrong: readonly unknown[];
}

const NAMES = [undefined, null, '', 3, 1n, {}, ['a'], Symbol('name')];
const LISTS = [undefined, null, 3, 'abc', {}, new Uint8Array(3), new Set()];
const OBJECTS = [undefined, null, 3, 'abc', true, () => 0];
const UIDS = [undefined, null, -1, 0.5, Number.NaN, 0xffff_ffff, 2 ** 32, Number.POSITIVE_INFINITY, '1000', 1000n, {}];
const SETS = [undefined, null, 0, Number.NaN, -1n, 1n << 64n, '0x1', true, {}, [1n]];
const BOOLEANS = [undefined, null, 0, 1, 'true', {}];

/** Values that are not an id of a list with this many entries. */
function idsPast(count: number): unknown[] {
  return [undefined, null, -1, 0.5, Number.NaN, count, count + 1, 2 ** 32, '0', 'init', 0n, true, {}, [0]];
}

/** Every field of a world. */
export function breakableFields(world: World): BreakableField[] {
  const { userns, bpffs, tasks, tokens, programs = [] } = world;
  const usernsIds = idsPast(userns.length);
  const masks = (path: string, names: readonly string[]): BreakableField[] => [
    { path, wrong: OBJECTS },
    ...names.map((name) => ({ path: `${path}.${name}`, wrong: SETS })),
  ];
  const delegation = ['cmds', 'maps', 'progs', 'attachs'];
  const row = (path: string): BreakableField[] => [
    { path, wrong: OBJECTS },
    { path: `${path}.name`, wrong: NAMES },
  ];
  return [
    { path: 'profile', wrong: OBJECTS },
    { path: 'profile.name', wrong: NAMES },
    { path: 'profile.description', wrong: [undefined, 3] },
    { path: 'profile.vocabulary', wrong: [...OBJECTS, { release: '6.12' }] },
    { path: 'profile.rules', wrong: OBJECTS },
    ...RULE_NAMES.map((rule) => ({ path: `profile.rules.${rule}`, wrong: BOOLEANS })),
    { path: 'profile.rules.token_needs_own_usern', wrong: [true, false, undefined] },
    { path: 'unprivilegedBpfDisabled', wrong: [undefined, null, 3, -1, 0.5, '2', true, 2n] },
    ...['userns', 'bpffs', 'tasks', 'tokens'].map((path) => ({ path, wrong: LISTS })),
    { path: 'userns', wrong: [[]] },
    ...userns.flatMap((_, id) => [
      ...row(`userns[${id}]`),
      { path: `userns[${id}].owner`, wrong: UIDS },
      { path: `userns[${id}].parent`, wrong: id === 0 ? idsPast(1) : idsPast(id) },
    ]),
    ...bpffs.flatMap((_, id) => [
      ...row(`bpffs[${id}]`),
      { path: `bpffs[${id}].userns`, wrong: usernsIds },
      { path: `bpffs[${id}].options`, wrong: OBJECTS },
      { path: `bpffs[${id}].options.uid`, wrong: UIDS },
      { path: `bpffs[${id}].options.gid`, wrong: UIDS },
      { path: `bpffs[${id}].options.mode`, wrong: [...UIDS, 0o10000] },
      ...masks(`bpffs[${id}].options.delegate`, delegation),
      ...masks(`bpffs[${id}].denials`, ['cmds', 'caps']),
      { path: `bpffs[${id}].lsmCreateErrno`, wrong: [...UIDS, 4096] },
    ]),
    ...tasks.flatMap((_, id) => [
      ...row(`tasks[${id}]`),
      { path: `tasks[${id}].userns`, wrong: usernsIds },
      { path: `tasks[${id}].euid`, wrong: UIDS },
      { path: `tasks[${id}].effective`, wrong: SETS },
    ]),
    { path: 'hasMitigations', wrong: BOOLEANS.slice(1) },
    ...programs.flatMap((_, id) => [
      ...row(`programs[${id}]`),
      { path: `programs[${id}].progType`, wrong: [undefined, null, -1, 0.5, 'xdp', 1n] },
      { path: `programs[${id}].attachType`, wrong: [undefined, null, -1, 0.5, 'xdp', 1n] },
      { path: `programs[${id}].helpers`, wrong: [...LISTS, ['probe_read'], [0], [1.5]] },
      { path: `programs[${id}].liberties`, wrong: [...LISTS, ['pointer_leak'], [1]] },
      { path: `programs[${id}].target`, wrong: [null, 3, {}] },
      { path: `programs[${id}].isGpl`, wrong: BOOLEANS },
      { path: `programs[${id}].isSleepable`, wrong: BOOLEANS },
    ]),
    ...tokens.flatMap((_, id) => [
      ...row(`tokens[${id}]`),
      { path: `tokens[${id}].userns`, wrong: usernsIds },
      { path: `tokens[${id}].bpffs`, wrong: idsPast(bpffs.length).slice(1) },
      ...masks(`tokens[${id}].allowed`, delegation),
      ...masks(`tokens[${id}].denials`, ['cmds', 'caps']),
    ]),
  ];
}

/** A world with another value in a field; everything on the way there is a copy. */
export function withField(world: World, path: string, value: unknown): World {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  const put = (whole: object, [key, ...rest]: readonly string[]): object => {
    const copy = (Array.isArray(whole) ? [...whole] : { ...whole }) as Record<string, unknown>;
    copy[key as string] = rest.length === 0 ? value : put(copy[key as string] as object, rest);
    return copy;
  };
  return put(world, keys) as World;
}
