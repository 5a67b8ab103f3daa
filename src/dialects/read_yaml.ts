import { Diagnostics, ScenarioError } from '../diagnostics/diagnostics.js';
import { readDocument, type SourceDocument } from '../diagnostics/yaml_document.js';
import type { Path } from '../diagnostics/yaml_locator.js';
import type { LineAccount } from './line_account.js';
import type { PlacedText } from './source_text.js';

/**
 * A YAML or JSON text; undefined where it is none, which the account then says. Lines are irrelevant (`structure`, comments, empty
 * lines) until a reader understands them.
 */
export function readYaml(text: string, what: string, account: LineAccount): SourceDocument | undefined {
  for (const { text: line, at } of account.lines) {
    const isComment = line.trimStart().startsWith('#');
    account.irrelevant(at.line, line.trim() === '' ? 'blank' : isComment ? 'comment' : 'structure');
  }
  try {
    return readDocument(text, { what, empty: `the ${what} is empty` }, new Diagnostics(account.file));
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    for (const { line, column, message } of error.diagnostics) account.fail({ line, column }, message);
    return undefined;
  }
}

/** The scalar at a path as text, where it is written. Quotes are not part of it, and escapes in it are not counted. */
export function scalarAt({ locator }: SourceDocument, path: Path, value: unknown, file: string): PlacedText {
  const { line, column } = locator.value(path);
  const text = typeof value === 'string' ? value : (locator.source(path) ?? String(value));
  return { text, at: { file, line, column, length: Math.max(text.length, 1) } };
}
