import type { NamedCell } from '../kernel/permission_cells.js';
import { isOtherPrograms } from '../kernel/permission_cells.js';
import type { EnumKind } from '../kernel/vocabulary.js';
import type { World } from '../kernel/world.js';
import { nearestOf } from '../names/nearest.js';
import { KIND_LABEL, nearestName, resolveName } from '../names/spelling.js';
import { quote, unknownName } from '../names/unknown_name.js';
import { readersOf, readsField, TYPE_KIND } from '../request/command_fields.js';
import type { AlignedItem, AlignedWorlds } from './aligned_worlds.js';
import { PatternError } from './errors.js';
import { fitsGlob } from './name_glob.js';
import type { Selection } from './pair_classes.js';
import { type PolicyCells, policyCells, requestCountOf } from './policy_cells.js';

/** Requests that are asked about. */
export interface RequestPattern {
  /** As written. */
  readonly text: string;
  readonly selection: Selection;
  /** Whether a request of the selected pairs is meant. */
  matches(cell: NamedCell): boolean;
}

const FIELDS = ['map_type', 'prog_type', 'expected_attach_type'] as const;
const KEYS = ['task', 'token', 'bpffs', 'cmd', ...FIELDS] as const;
type Key = (typeof KEYS)[number];
const OTHER_KEYS: ReadonlyMap<string, Key> = new Map([['attach_type', 'expected_attach_type']]);

const KIND: Readonly<Record<'cmd' | (typeof FIELDS)[number], EnumKind>> = {
  cmd: 'cmds',
  map_type: TYPE_KIND.map_type,
  prog_type: TYPE_KIND.prog_type,
  expected_attach_type: 'attach_types',
};

/** A word of a pattern: a key, its values, and whether these are excluded. */
interface Term {
  readonly key: Key;
  readonly isExcluded: boolean;
  readonly values: readonly { readonly text: string; readonly column: number }[];
  readonly column: number;
}

/**
 * Reads a pattern of requests: words with spaces between them, each `key=value,value` or `key!=value`, and all of them count; a word without
 * a key names commands. `task=web prog_load prog_type=xdp`. Keys are task, token (`none`: without one), bpffs (of token_create), cmd,
 * map_type, prog_type and expected_attach_type. Names of tasks, tokens and bpffs may have `*`. A field asks about the commands that read
 * it. Throws a PatternError for a word that cannot be read, an unknown name, and a pattern that no request fits.
 */
export function parsePattern(text: string, aligned: AlignedWorlds): RequestPattern {
  if (text.trim() === '')
    throw new PatternError(text, 1, 'it is empty; one that means every request has a task, as in task=*');
  const terms = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => readTerm(text, word, index + 1));
  const selection = selectionOf(text, terms, aligned);
  const numbers = new Map<Key, ReadonlySet<number>>();
  for (const key of ['cmd', ...FIELDS] as const) {
    const own = terms.filter((term) => term.key === key);
    if (own.length > 0) numbers.set(key, numbersOf(text, own, KIND[key], aligned.worlds));
  }
  const matches = (cell: NamedCell) => isMeant(cell, numbers);
  const cells = policyCells(aligned.worlds);
  if (requestCountOf({ selection, matches }, cells) === 0) throw nothingMeant(text, terms, numbers, cells);
  return { text, selection, matches };
}

function readTerm(pattern: string, word: string, column: number): Term {
  const [, written, operator = '', rest = ''] = /^([A-Za-z_-]+)(!?=)(.*)$/.exec(word) ?? [];
  const key = written === undefined ? 'cmd' : keyNamed(pattern, written, column);
  const start = written === undefined ? 0 : written.length + operator.length;
  const values = [...(written === undefined ? word : rest).matchAll(/[^,]+/g)].map(({ 0: value, index }) => ({
    text: value,
    column: column + start + index,
  }));
  if (values.length === 0)
    throw new PatternError(pattern, column, `${key} has no value, as in ${key}=${EXAMPLES[key]}`);
  if (/^,|,,|,$/.test(written === undefined ? word : rest))
    throw new PatternError(pattern, column, `a value of ${key} is empty: values are separated by one comma`);
  return { key, isExcluded: operator === '!=', values, column };
}

const EXAMPLES: Readonly<Record<Key, string>> = {
  task: 'web',
  token: 'none',
  bpffs: 'web-fs',
  cmd: 'prog_load',
  map_type: 'hash',
  prog_type: 'xdp',
  expected_attach_type: 'xdp',
};

function keyNamed(pattern: string, written: string, column: number): Key {
  const name = written.toLowerCase().replaceAll('-', '_');
  const key = KEYS.find((known) => known === name) ?? OTHER_KEYS.get(name);
  if (key) return key;
  const { message, nearest } = unknownName('key', written, KEYS, nearestOf(name, KEYS));
  throw new PatternError(pattern, column, message, nearest);
}

/**
 * The tasks, tokens and bpffs that are meant. token_create takes no token, and is among the requests without one; the other commands take
 * no bpffs.
 */
function selectionOf(pattern: string, terms: readonly Term[], { tasks, tokens, bpffs }: AlignedWorlds): Selection {
  const select = (key: 'task' | 'token' | 'bpffs', items: readonly AlignedItem[]): number[] => {
    const own = terms.filter((term) => term.key === key);
    let selected = [...items.keys()];
    for (const { isExcluded, values } of own) {
      const named = new Set(values.flatMap((value) => indicesNamed(pattern, key, value, items)));
      selected = selected.filter((index) => named.has(index) !== isExcluded);
    }
    return selected;
  };
  const ofToken = terms.filter(({ key }) => key === 'token');
  const isOfBpffs = terms.some(({ key }) => key === 'bpffs');
  const hasNone = ofToken.every(({ isExcluded, values }) => values.some(({ text }) => text === NONE) !== isExcluded);
  return {
    tasks: select('task', tasks),
    tokens: isOfBpffs ? [] : select('token', tokens),
    bpffs: hasNone ? select('bpffs', bpffs) : [],
    hasNone: hasNone && !isOfBpffs,
  };
}

/** Stands for no token. */
const NONE = 'none';

/** The indices that a name with `*` stands for. */
function indicesNamed(
  pattern: string,
  key: 'task' | 'token' | 'bpffs',
  { text, column }: Term['values'][number],
  items: readonly AlignedItem[],
): number[] {
  if (key === 'token' && text === NONE) return [];
  const found = items.flatMap(({ name }, index) => (fitsGlob(text, name) ? [index] : []));
  if (found.length > 0) return found;
  const names = items.map(({ name }) => name);
  const { message, nearest } = unknownName(key, text, names, nearestOf(text, names));
  throw new PatternError(pattern, column, message, nearest);
}

/** The numbers that terms of a key leave, of all that some release has. */
function numbersOf(
  pattern: string,
  terms: readonly Term[],
  kind: EnumKind,
  worlds: readonly World[],
): ReadonlySet<number> {
  const most = Math.max(...worlds.map(({ profile }) => profile.vocabulary.count[kind]));
  let numbers = Array.from({ length: most }, (_, number) => number);
  for (const { isExcluded, values } of terms) {
    const named = new Set(values.map((value) => numberOf(pattern, value, kind, worlds)));
    numbers = numbers.filter((number) => named.has(number) !== isExcluded);
  }
  return new Set(numbers);
}

function numberOf(
  pattern: string,
  { text, column }: Term['values'][number],
  kind: EnumKind,
  worlds: readonly World[],
): number {
  for (const { profile } of worlds) {
    const number = resolveName(profile.vocabulary, kind, text);
    if (number !== undefined && number < profile.vocabulary.count[kind]) return number;
  }
  const [first] = worlds;
  const nearest = first && nearestName(first.profile.vocabulary, kind, text);
  const hint = nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`;
  const names = [...new Set(worlds.map(({ profile }) => profile.name))];
  const message = `${names.length > 1 ? 'neither ' : ''}${names.join(' nor ')} has ${names.length > 1 ? 'the' : 'no'} ${KIND_LABEL[kind]} ${quote(text)}${hint}`;
  throw new PatternError(pattern, column, message, nearest);
}

function isMeant(cell: NamedCell, numbers: ReadonlyMap<Key, ReadonlySet<number>>): boolean {
  const { vocabulary, cmd, type, attachType } = cell;
  if (numbers.get('cmd')?.has(cmd) === false) return false;
  const command = vocabulary.nameOf('cmds', cmd);
  const stands = isOtherPrograms(vocabulary, cell);
  return FIELDS.every((field) => {
    const wanted = numbers.get(field);
    if (!wanted) return true;
    if (!readsField(command, field)) return false;
    if (field === 'expected_attach_type') return stands || wanted.has(attachType);
    if (!stands) return wanted.has(type);
    // One request stands for all programs but those of cgroup_skb.
    const cgroupSkb = vocabulary.require('prog_types', 'cgroup_skb');
    return [...wanted].some((number) => number !== cgroupSkb);
  });
}

/** Why no request is meant: what is claimed of none holds, and says nothing. */
function nothingMeant(
  pattern: string,
  terms: readonly Term[],
  numbers: ReadonlyMap<Key, ReadonlySet<number>>,
  { withToken, ofBpffs }: PolicyCells,
): PatternError {
  const commands = terms.filter(({ key }) => key === 'cmd').flatMap(({ values }) => values);
  const unread = FIELDS.find((field) => numbers.has(field) && commands.length > 0);
  const term = terms.find(({ key }) => key === unread);
  const cells = [...withToken, ...ofBpffs].filter((cell) => numbers.get('cmd')?.has(cell.cmd));
  const isRead = cells.some(({ vocabulary, cmd }) => unread && readsField(vocabulary.nameOf('cmds', cmd), unread));
  if (unread && term && !isRead) {
    const names = commands.map(({ text }) => text).join(', ');
    return new PatternError(
      pattern,
      term.column,
      `${names} ${commands.length > 1 ? 'do' : 'does'} not read ${unread}: for ${readersOf(unread).join(', ')}`,
    );
  }
  const ofBpffsTerm = terms.find(({ key }) => key === 'bpffs');
  if (ofBpffsTerm) return new PatternError(pattern, ofBpffsTerm.column, 'bpffs is for token_create only');
  return new PatternError(pattern, 1, 'no request of the policy fits it');
}
