import { ERRNO } from '../../abi/errno.js';
import { saturate } from '../../engine/columns.js';
import { checkUniqueNames } from '../../kernel/check_world.js';
import type { EnumKind, Vocabulary } from '../../kernel/vocabulary.js';
import type { WorldNames } from '../../kernel/world.js';
import { resolveName } from '../../names/spelling.js';
import { preNamed } from '../../request/fault_names.js';
import { EXPECT_ALLOWED, type RequestColumn } from '../request_table.js';

/** Instead of an id: nothing but white space was written. */
export const EMPTY = -1;
/** Instead of an id: no such name. */
export const UNKNOWN = -2;
/** Instead of an id: a number that the column cannot have. */
export const OUT_OF_RANGE = -3;

const MAX_U32 = 0xffff_ffff;
/** Most spellings remembered, and the longest: a file of ever new names must not fill the memory. */
const MAX_SPELLINGS = 1 << 17;
const MAX_SPELLING_LENGTH = 256;

/** What texts stand for; each distinct text is resolved once. */
export class NameCache {
  readonly #ids = new Map<string, number>();
  readonly #resolve: (text: string) => number;

  /** `resolve` answers an id from 0, or EMPTY, UNKNOWN or OUT_OF_RANGE. */
  constructor(resolve: (text: string) => number) {
    this.#resolve = resolve;
  }

  /** The id of a text, or EMPTY, UNKNOWN or OUT_OF_RANGE. */
  idOf(text: string): number {
    const remembered = this.#ids.get(text);
    if (remembered !== undefined) return remembered;
    const id = this.#resolve(text);
    if (this.#ids.size < MAX_SPELLINGS && text.length <= MAX_SPELLING_LENGTH) this.#ids.set(copyString(text), id);
    return id;
  }
}

/**
 * Tasks or tokens: `#3` is an index, whatever is named so; else the name, as it is or without outer white space. `byName`
 * makes the ids of names.
 */
export function nameSpellings(
  names: readonly string[],
  byName: (names: readonly string[]) => Ids = firstIds,
): NameCache {
  // Made when it is needed: threads should start fast.
  let ids: Ids | undefined;
  return new NameCache((text) => {
    const trimmed = text.trim();
    if (trimmed === '') return EMPTY;
    const index = /^#(\d+)$/.exec(trimmed)?.[1];
    if (index !== undefined) return Number(index) < names.length ? Number(index) : UNKNOWN;
    ids ??= byName(names);
    return ids.get(text) ?? ids.get(trimmed) ?? UNKNOWN;
  });
}

/** Ids by name. */
type Ids = ReadonlyMap<string, number>;

/** The first place of each name. */
function firstIds(names: readonly string[]): Ids {
  const ids = new Map<string, number>();
  names.forEach((name, id) => {
    if (!ids.has(name)) ids.set(name, id);
  });
  return ids;
}

/** Throws an InvalidSpecError where two rows of a list of the world have one name. */
function uniqueIds(list: string, names: readonly string[]): Ids {
  const ids = firstIds(names);
  if (ids.size < names.length) checkUniqueNames(list, names);
  return ids;
}

/** Commands and types: any spelling names/spelling.ts knows; numbers become what a column holds. */
export function kindSpellings(vocabulary: Vocabulary, kind: EnumKind): NameCache {
  return new NameCache((text) => {
    const trimmed = text.trim();
    if (trimmed === '') return EMPTY;
    const number = resolveName(vocabulary, kind, trimmed);
    if (number !== undefined) return saturate(number);
    return looksNumeric(trimmed) ? OUT_OF_RANGE : UNKNOWN;
  });
}

/** Faults found beforehand: `token_ebadf` or its code. */
function preSpellings(): NameCache {
  return new NameCache((text) => {
    const trimmed = text.trim();
    if (trimmed === '') return EMPTY;
    if (looksNumeric(trimmed)) return /^[0-7]$/.test(trimmed) ? Number(trimmed) : OUT_OF_RANGE;
    return preNamed(trimmed) ?? UNKNOWN;
  });
}

/** Names an expectation can have. */
export const EXPECT_NAMES: readonly string[] = ['allowed', ...Object.keys(ERRNO)];

/** Expectations: `allowed`, or an errno by name (`EPERM`, `eperm`, `-EPERM`). */
function expectSpellings(): NameCache {
  return new NameCache((text) => {
    const name = text.trim().replace(/^-/, '').toUpperCase();
    if (name === '') return EMPTY;
    if (name === 'ALLOWED') return EXPECT_ALLOWED;
    return (ERRNO as Readonly<Record<string, number>>)[name] ?? UNKNOWN;
  });
}

/**
 * What the texts of each request column stand for, by name; insn_cnt, whose texts are counts, has none. Looking up the name
 * of a task or token throws an InvalidSpecError where two of them have one name.
 */
export function requestSpellings(world: WorldNames): Readonly<Record<Exclude<RequestColumn, 'insn_cnt'>, NameCache>> {
  const { vocabulary } = world.profile;
  const idsIn = (list: 'tasks' | 'tokens'): NameCache =>
    nameSpellings(
      world[list].map(({ name }) => name),
      (names) => uniqueIds(list, names),
    );
  return {
    task: idsIn('tasks'),
    token: idsIn('tokens'),
    cmd: kindSpellings(vocabulary, 'cmds'),
    map_type: kindSpellings(vocabulary, 'map_types'),
    prog_type: kindSpellings(vocabulary, 'prog_types'),
    expected_attach_type: kindSpellings(vocabulary, 'attach_types'),
    pre: preSpellings(),
    expect: expectSpellings(),
    program: nameSpellings(
      (world.programs ?? []).map(({ name }) => name),
      (names) => uniqueIds('programs', names),
    ),
  };
}

/** A count of instructions, decimal or 0x hexadecimal, 0 to 2^32-1; or EMPTY, UNKNOWN or OUT_OF_RANGE. */
export function parseCount(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return parseUnusualCount(text.trim());
    count = count * 10 + digit;
  }
  if (text.length === 0) return EMPTY;
  return count <= MAX_U32 ? count : OUT_OF_RANGE;
}

function parseUnusualCount(trimmed: string): number {
  if (trimmed === '') return EMPTY;
  if (!looksNumeric(trimmed)) return UNKNOWN;
  const count = Number(trimmed);
  return Number.isInteger(count) && count >= 0 && count <= MAX_U32 ? count : OUT_OF_RANGE;
}

function looksNumeric(text: string): boolean {
  return /^([+-]?\d+(\.\d*)?(e[+-]?\d+)?|0x[0-9a-f]+)$/i.test(text);
}

/** A copy that does not keep the text it was cut from alive. */
export function copyString(text: string): string {
  return ` ${text}`.slice(1);
}
