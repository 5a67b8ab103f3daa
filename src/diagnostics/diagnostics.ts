import { BpfTokenSimError } from '../errors.js';
import type { DiagnosticMessage } from '../names/unknown_name.js';
import { printable } from '../text/printable.js';

/** One thing wrong with a scenario, where it stands. Lines and columns count from 1; columns in UTF-16 units. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The whole story in one line: what was wrong, what was expected, the nearest valid name. */
  readonly message: string;
  /** What would have been right, where that can be said. */
  readonly expected?: string;
  /** The valid name nearest to the one written. */
  readonly nearest?: string;
}

/** A place in a scenario's text, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Diagnostics an error's message shows; the rest is counted. */
const SHOWN = 20;

/** A scenario that cannot be used. `message` has one `file:line:column: message` line per problem, at most 20. */
export class ScenarioError extends BpfTokenSimError {
  override readonly name = 'ScenarioError';
  override readonly code = 'SCENARIO';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(linesOf(diagnostics));
    this.diagnostics = diagnostics;
  }
}

function linesOf(diagnostics: readonly Diagnostic[]): readonly string[] {
  const lines = diagnostics.slice(0, SHOWN).map((p) => `${p.file}:${p.line}:${p.column}: ${p.message}`);
  if (diagnostics.length > SHOWN) lines.push(`and ${diagnostics.length - SHOWN} more`);
  return lines;
}

/** Collects problems, so that a person sees all of them at once. */
export class Diagnostics {
  readonly file: string;
  readonly #found: Diagnostic[] = [];
  readonly #told = new Set<string>();

  constructor(file: string) {
    this.file = file;
  }

  add({ line, column }: Position, complaint: DiagnosticMessage | string): void {
    const told = typeof complaint === 'string' ? { message: complaint } : complaint;
    // An alias brings the same mistake to several requests: whose it is differs, where and what it is do not.
    const mistake = `${line}:${column}: ${told.message.replace(/^request \d+: /, '')}`;
    if (this.#told.has(mistake)) return;
    this.#told.add(mistake);
    this.#found.push({ file: this.file, line, column, ...told, message: printable(told.message) });
  }

  get count(): number {
    return this.#found.length;
  }

  /** Throws a ScenarioError, in the order of the text, where there is any problem. */
  throwIfAny(): void {
    if (this.#found.length === 0) return;
    throw new ScenarioError([...this.#found].sort((a, b) => a.line - b.line || a.column - b.column));
  }
}
