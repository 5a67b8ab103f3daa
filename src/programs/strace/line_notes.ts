import type { Diagnostic, Position } from '../../diagnostics/diagnostics.js';
import { printable } from '../../text/printable.js';

/** Why lines of a log say nothing about a delegation: the rules that the reader can name. */
export const LOG_RULES = {
  blank: 'an empty line',
  other_call: 'a system call that changes nothing about a delegation',
  started_call: 'the start of a call whose end is on a later line',
  signal: 'a signal',
  strace_text: 'what strace says of itself',
  other_text: 'text of another program',
  libbpf_text: 'a message of libbpf that says nothing about permissions',
} as const;
export type LogRule = keyof typeof LOG_RULES;

/** What became of one line of a log. */
export interface LogLineNote {
  /** From 1. */
  readonly line: number;
  /** `understood`: it says something about a delegation. `irrelevant`: it says nothing, by a rule. `warning`: see the warnings. */
  readonly kind: 'understood' | 'irrelevant' | 'warning';
  /** The rule by which it is irrelevant; what it says where it is understood: `bpf`, `exit`. */
  readonly about: string;
}

/** What became of every line of a log. */
export interface LogAccount {
  readonly file: string;
  /** `passed`: no warning. `partly`: warnings. `failed`: no line is of strace or of libbpf. */
  readonly status: 'passed' | 'partly' | 'failed';
  /** One for each line, in order. */
  readonly lines: readonly LogLineNote[];
  /** In the order of the text. */
  readonly warnings: readonly Diagnostic[];
}

/** Takes note of every line of a log while it is read. */
export class LineNotes {
  readonly #file: string;
  readonly #notes: LogLineNote[] = [];
  readonly #warnings: Diagnostic[] = [];
  readonly #lengths: number[];

  /** `lines`: all lines of the log. */
  constructor(file: string, lines: readonly string[]) {
    this.#file = file;
    this.#lengths = lines.map(({ length }) => length);
  }

  understood(line: number, about: string): void {
    this.#note({ line, kind: 'understood', about });
  }

  irrelevant(line: number, rule: LogRule): void {
    this.#note({ line, kind: 'irrelevant', about: rule });
  }

  /** A message of libbpf whose meaning is known. */
  explained(line: number): void {
    this.understood(line, 'libbpf message');
  }

  /** Something in a line cannot be read. `about` names what the line is. */
  warn({ line, column }: Position, about: string, message: string, nearest?: string): void {
    const most = (this.#lengths[line - 1] ?? 0) + 1;
    this.#notes[line - 1] = { line, kind: 'warning', about };
    const near = nearest === undefined ? {} : { nearest };
    const at = { line, column: Math.max(1, Math.min(column, most)) };
    this.#warnings.push({ file: this.#file, ...at, message: printable(message), ...near });
  }

  /** What became of every line. A log without a line of strace or libbpf has failed. */
  finish(): LogAccount {
    const lines = this.#lengths.map((_, i): LogLineNote => {
      return this.#notes[i] ?? { line: i + 1, kind: 'irrelevant', about: 'other_text' };
    });
    const isForeign = ({ about }: LogLineNote) => about === 'blank' || about === 'other_text';
    if (lines.every(isForeign)) {
      this.warn({ line: 1, column: 1 }, 'other_text', 'no line of the file is of strace or of libbpf');
      if (lines.length > 0) lines[0] = { line: 1, kind: 'warning', about: 'other_text' };
      return { file: this.#file, status: 'failed', lines, warnings: this.#warnings };
    }
    const warnings = [...this.#warnings].sort((a, b) => a.line - b.line || a.column - b.column);
    return { file: this.#file, status: warnings.length > 0 ? 'partly' : 'passed', lines, warnings };
  }

  /** A warning stays. */
  #note(note: LogLineNote): void {
    if (this.#notes[note.line - 1]?.kind !== 'warning') this.#notes[note.line - 1] = note;
  }
}
