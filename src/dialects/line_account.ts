import type { Diagnostic, Position } from '../diagnostics/diagnostics.js';
import type { DiagnosticMessage } from '../names/unknown_name.js';
import { printable } from '../text/printable.js';
import type { Format } from './formats.js';
import { linesOf, type PlacedText, type Source, type Span } from './source_text.js';
import type { WarningCode } from './warning_codes.js';

/**
 * What a reader made of a line. `understood`: it says something about a delegation. `irrelevant`: it says nothing about one, by a
 * named rule. `warning`: something in it does nothing, or not what it seems to.
 */
export type LineKind = 'understood' | 'irrelevant' | 'warning';

/** Why lines say nothing about a delegation: the rules that readers can name. */
export const IRRELEVANT_RULES = {
  blank: 'an empty line',
  comment: 'a comment',
  other_section: 'a section that says nothing about a delegation',
  other_setting: 'a setting that changes nothing about a delegation',
  other_filesystem: 'another file system',
  other_column: 'a heading',
  other_text: 'text around the data',
  structure: 'brackets and keys that hold others',
  after_refusal: 'a line after the one at which the tool stops reading the file',
} as const;
export type IrrelevantRule = keyof typeof IRRELEVANT_RULES;

/** What became of one line of a file. */
export interface LineNote {
  /** From 1. */
  readonly line: number;
  readonly kind: LineKind;
  /** The rule by which it is irrelevant; what it says where it is understood: `delegate_cmds`, `PrivateBPF=`. */
  readonly about: string;
}

/**
 * `passed`: every line is understood or irrelevant. `partly`: there are warnings. `failed`: the file is not of its format, so
 * that nothing of it was read.
 */
export type FileStatus = 'passed' | 'partly' | 'failed';

/** A change of a text: `text` takes the place of what stands at `at`. */
export interface Edit {
  readonly at: Span;
  readonly text: string;
}

/** Something that does nothing, or not what it seems to. */
export interface ReadWarning extends Diagnostic {
  /** The kind of warning: a code of WARNING_CODES. */
  readonly code: WarningCode;
  /** Of the piece that it is about, in UTF-16 units. */
  readonly length: number;
  /** What puts it right, where that is certain. */
  readonly fix?: readonly Edit[] | undefined;
}

/** A warning before it has its place. */
export type ReadComplaint = DiagnosticMessage & Pick<ReadWarning, 'code' | 'fix'>;

/** What became of every line of a file. */
export interface FileAccount {
  readonly file: string;
  readonly status: FileStatus;
  /** One for each line, in order. */
  readonly lines: readonly LineNote[];
  /** In the order of the text. */
  readonly warnings: readonly ReadWarning[];
}

/** Rules of lines that are in a file of any format. */
const FOREIGN: ReadonlySet<string> = new Set<IrrelevantRule>(['blank', 'comment', 'other_text']);

/** Takes note of every line of a file while it is read. */
export class LineAccount {
  readonly file: string;
  readonly lines: readonly PlacedText[];
  /** Whether the text starts with one, which is no part of the first line. */
  readonly hasByteOrderMark: boolean;
  readonly #notes: (LineNote | undefined)[];
  readonly #warnings: ReadWarning[] = [];
  readonly #told = new Set<string>();
  #hasFailed = false;

  constructor({ file, text }: Source) {
    this.file = file;
    this.hasByteOrderMark = text.startsWith('\ufeff');
    this.lines = linesOf(text).map((line, i) => ({
      text: line,
      at: { file, line: i + 1, column: 1, length: line.length },
    }));
    this.#notes = this.lines.map(() => undefined);
  }

  /** Whether the file is not of its format. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** A line (from 1) that says something: `about` names it. */
  understood(line: number, about: string): void {
    const before = this.#notes[line - 1];
    const known = before?.kind === 'understood' ? before.about.split(', ') : [];
    const all = known.includes(about) ? known : [...known, about];
    this.#note(line, 'understood', all.join(', '), 'irrelevant');
  }

  /** A line (from 1) that says nothing here. */
  irrelevant(line: number, rule: IrrelevantRule): void {
    this.#note(line, 'irrelevant', rule);
  }

  /** Something in a line does nothing, or not what it seems to. A file that several instances share is told of once. */
  warn(at: Position | Span, complaint: ReadComplaint): void {
    const place = this.#within(at);
    const length = 'length' in at ? Math.max(at.length, 1) : 1;
    const message = printable(complaint.message);
    const id = `${place.line}:${place.column} ${complaint.code} ${message}`;
    if (this.#told.has(id)) return;
    this.#told.add(id);
    this.#warnings.push({ file: this.file, ...place, length, ...complaint, message });
  }

  /** The file is not of its format. */
  fail(at: Position | Span, message: string): void {
    this.#hasFailed = true;
    this.warn(at, { code: 'not-of-its-format', message });
  }

  /** The first line with a text that no reader knows, where no line says anything; undefined for every other file. */
  #firstOfNothing(): Position | undefined {
    const isForeign = (note: LineNote | undefined) => note !== undefined && FOREIGN.has(note.about);
    const first = this.#notes.findIndex((note) => note?.about === 'other_text');
    const isOfNothing = first !== -1 && this.#warnings.length === 0 && this.#notes.every(isForeign);
    return isOfNothing ? { line: first + 1, column: 1 } : undefined;
  }

  /**
   * What became of every line. A line of which no reader took note is a warning; a file without a line of the format
   * fails.
   */
  finish(format: Format | 'scenario'): FileAccount {
    const nothing = this.#firstOfNothing();
    if (nothing) this.fail(nothing, `no line of the file is of the format ${format}`);
    if (!this.#hasFailed) {
      for (const { at } of this.lines) {
        if (!this.#notes[at.line - 1]) this.warn(at, { code: 'unread-line', message: 'this line was not read' });
      }
    }
    const warned = new Set(this.#warnings.map(({ line }) => line));
    const lines = this.lines.map(({ at: { line } }): LineNote => {
      const { about } = this.#notes[line - 1] ?? { about: 'not read' };
      return warned.has(line) || this.#hasFailed
        ? { line, kind: 'warning', about }
        : (this.#notes[line - 1] as LineNote);
    });
    const warnings = [...this.#warnings].sort((a, b) => a.line - b.line || a.column - b.column);
    const status = this.#hasFailed ? 'failed' : warnings.length > 0 ? 'partly' : 'passed';
    return { file: this.file, status, lines, warnings };
  }

  /** A place within the text: a parser may name the line after the last, where the text ends too early. */
  #within(at: Position): Position {
    const line = Math.max(1, Math.min(at.line, this.lines.length));
    const length = this.lines[line - 1]?.text.length ?? 0;
    return { line, column: line < at.line ? length + 1 : Math.max(1, Math.min(at.column, length + 1)) };
  }

  /** Notes a line that has no note, or one that `weaker` says gives way. */
  #note(line: number, kind: LineKind, about: string, weaker?: LineKind): void {
    const before = this.#notes[line - 1];
    if (before && before.kind !== weaker && before.kind !== kind) return;
    this.#notes[line - 1] = { line, kind, about };
  }
}
