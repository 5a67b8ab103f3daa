import * as z from 'zod/mini';
import { columnOf, columnOfSyntaxError } from '../../conformance/json_position.js';
import type { Position } from '../../diagnostics/diagnostics.js';
import { factsSchema } from './facts_schema.js';
import type { HostFacts } from './host_facts.js';

/** Why a text is no saved copy of facts. */
export interface FactsProblem extends Position {
  /** What is wrong, with the path of the value: `processes[3].pid: a whole number from 1 to 4194304 is expected`. */
  readonly message: string;
}

/** Keys and indices that lead to a value. */
type Path = readonly (string | number)[];

/** The facts that a saved copy has, or what is wrong with it, and where in the text. */
export function parseFacts(json: string): { readonly facts: HostFacts } | { readonly problem: FactsProblem } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { problem: { ...positionAt(json, columnOfSyntaxError(json) - 1), message: 'this is no JSON' } };
  }
  const [issue] = z.safeParse(factsSchema, value).error?.issues ?? [];
  if (!issue) return { facts: value as HostFacts };
  const { path, expected } = placed(value, issue.path as Path, issue.message);
  const place = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  const what = place === '' ? '' : `${place.slice(1)}: `;
  return {
    problem: { ...positionAt(json, columnOf(json, path) - 1), message: `${what}${expected} is expected` },
  };
}

/** What is expected, and where: a key that is missing is expected of the object. */
function placed(value: unknown, path: Path, expected: string): { readonly path: Path; readonly expected: string } {
  const found = path.reduce((at, key) => (at as Record<string | number, unknown>)[key], value);
  return found === undefined && path.length > 0
    ? { path: path.slice(0, -1), expected: `an object with ${path.at(-1)}` }
    : { path, expected };
}

/** The line and column of an offset, from 1. */
function positionAt(json: string, offset: number): Position {
  const before = json.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
