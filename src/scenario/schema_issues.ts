import type { core } from 'zod/mini';
import type { Diagnostics, Position } from '../diagnostics/diagnostics.js';
import type { Locator, Path } from '../diagnostics/yaml_locator.js';
import { PROFILES } from '../kernel/profile.js';
import { nearestOf } from '../names/nearest.js';
import { type DiagnosticMessage, oneOf, quote } from '../names/unknown_name.js';

type Issue = core.$ZodIssue;

/** Words for the sections' entries. */
const ENTRY: Readonly<Record<string, string>> = {
  userns: 'user namespace',
  bpffs: 'bpffs',
  tasks: 'task',
  tokens: 'token',
};

/** `request 3: ` or `task agent: `: whose problem it is. Empty at the top. */
export function ownerOf([section, entry]: Path): string {
  if (entry === undefined) return '';
  if (section === 'requests') return `request ${Number(entry) + 1}: `;
  if (section === 'assertions') return `assertion ${Number(entry) + 1}: `;
  const word = ENTRY[String(section)];
  return word ? `${word} ${entry}: ` : '';
}

/** Turns what the schema found into problems: one per fault, in words, at its place. */
export function addIssues(issues: readonly Issue[], data: unknown, locator: Locator, diagnostics: Diagnostics): void {
  for (const issue of issues) {
    for (const single of withoutUnions(issue, [], data)) {
      for (const [position, complaint] of complaintsOf(single, data, locator)) diagnostics.add(position, complaint);
    }
  }
}

/** A union's issue is the one of the form that was meant: where a list or map was written, what is wrong inside it. */
function withoutUnions(issue: Issue, outer: Path, data: unknown): Issue[] {
  const path = [...outer, ...(issue.path as Path)];
  const here = { ...issue, path: [...path] } as Issue;
  if (issue.code !== 'invalid_union') return [here];
  const value = valueAt(data, path);
  if (typeof value !== 'object' || value === null) return [here];
  const meant = issue.errors.find((inner) =>
    inner.every(({ path: at, code }) => at.length > 0 || code === 'unrecognized_keys'),
  );
  return meant ? meant.flatMap((inner) => withoutUnions(inner, path, data)) : [here];
}

function complaintsOf(issue: Issue, data: unknown, locator: Locator): [Position, DiagnosticMessage][] {
  const path = issue.path as Path;
  const owner = ownerOf(path);
  const field = fieldOf(path);
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(', ');
    return issue.keys.map((key) => {
      const nearest = nearestOf(key, known);
      const hint = nearest ? `did you mean ${quote(nearest)}?` : `expected ${oneOf(known)}`;
      const within = field === '' || field === 'profile.rules' ? '' : ` in ${field}`;
      const word = field === 'profile.rules' ? 'rule' : 'key';
      return [
        locator.key([...path, key]),
        { message: `${owner}unknown ${word} ${quote(key)}${within}; ${hint}`, expected: oneOf(known), nearest },
      ];
    });
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? issue.message;
    const name = String(path.at(-1));
    return [[locator.key(path), { message: `${quote(name)} cannot be a name: expected ${expected}`, expected }]];
  }
  const value = valueAt(data, path);
  const expected =
    typeof value === 'string' && /^[-+]?0\d+$/.test(value)
      ? issue.message.replace('a whole number', 'a whole number without leading zeros')
      : issue.message;
  const what = field === '' ? '' : `${field} `;
  if (value === undefined) {
    return [[locator.key(path), { message: `${owner}${what}is missing: expected ${expected}`, expected }]];
  }
  const found = describe(value, locator.source(path));
  if (field === 'profile' && typeof value === 'number') {
    const nearest = nearestOf(
      `linux-${found}`,
      PROFILES.map(({ name }) => name),
    );
    if (nearest) {
      return [
        [locator.value(path), { message: `profile is ${found}; did you mean ${quote(nearest)}?`, expected, nearest }],
      ];
    }
  }
  const message = `${owner}${what}is ${found}: expected ${expected}`.replace(/^is /, 'the scenario is ');
  return [[locator.value(path), { message: message.replace(': is ', ' is '), expected }]];
}

/** The part of a path inside its entry: `lsm.deny_cmds[0]`. */
function fieldOf(path: Path): string {
  const inEntry = ENTRY[String(path[0])] !== undefined || path[0] === 'requests';
  const inside = inEntry && path.length > 1 ? path.slice(2) : path;
  return inside.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${step}`)).join('');
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

function describe(value: unknown, source: string | undefined): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return quote(value);
  return source !== undefined && source.length <= 60 ? source : String(value);
}
