import { Diagnostics, type Position, ScenarioError } from '../diagnostics/diagnostics.js';
import { readDocument, type SourceDocument } from '../diagnostics/yaml_document.js';
import type { Path } from '../diagnostics/yaml_locator.js';
import type { LineAccount } from './line_account.js';
import { scalarPlaces } from './scalar_places.js';
import { type PlacedText, piece } from './source_text.js';

/**
 * A YAML or JSON text; undefined where it cannot be parsed, which the account then says. Lines are irrelevant (`structure`, comments, empty
 * lines) until a reader understands them.
 */
export function readYaml(
  text: string,
  what: string,
  account: LineAccount,
  hasMergeKeys = false,
): SourceDocument | undefined {
  for (const { text: line, at } of account.lines) {
    const isComment = line.trimStart().startsWith('#');
    account.irrelevant(at.line, line.trim() === '' ? 'blank' : isComment ? 'comment' : 'structure');
  }
  try {
    return readDocument(text, { what, empty: `the ${what} is empty`, hasMergeKeys }, new Diagnostics(account.file));
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    for (const { line, column, message } of error.diagnostics) account.fail({ line, column }, message);
    return undefined;
  }
}

/**
 * The scalar at a path as text, each unit where it is written, without quotes. A value that an alias stands for is written where its
 * anchor is.
 */
export function scalarAt({ locator }: SourceDocument, path: Path, value: unknown, account: LineAccount): PlacedText {
  const text = typeof value === 'string' ? value : (locator.source(path) ?? String(value));
  return placedScalar(text, locator.written(path), account);
}

/** The last key of a path, where it is written, without quotes. */
export function keyAt({ locator }: SourceDocument, path: Path, account: LineAccount): PlacedText {
  return placedScalar(String(path.at(-1)), locator.key(path), account);
}

/** A scalar that is written from a place on, each unit where it stands, without quotes. */
export function placedScalar(text: string, start: Position, { file, lines }: LineAccount): PlacedText {
  const line = lines[start.line - 1]?.text ?? '';
  const quotes = /^["']/.test(line.slice(start.column - 1, start.column)) ? 1 : 0;
  const column = start.column + quotes;
  const at = { file, line: start.line, column, length: text.length };
  if (line.startsWith(text, column - 1)) return { text, at };
  return piece({ text, at, places: scalarPlaces(text, lines, start) }, 0);
}
