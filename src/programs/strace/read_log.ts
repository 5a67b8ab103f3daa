import type { Position } from '../../diagnostics/diagnostics.js';
import { linesOf, type Source } from '../../dialects/source_text.js';
import { FOLLOWED_CALLS } from './followed_calls.js';
import { LineNotes, type LogAccount, type LogRule } from './line_notes.js';
import type { LogEvent } from './log_events.js';
import { readPrefix } from './log_line.js';
import { readResult } from './logged_result.js';
import { ValueFault, ValueReader } from './logged_value.js';

/** A log, read: what happened in order, and what became of each line. */
export interface ReadLog {
  readonly events: readonly LogEvent[];
  readonly notes: LineNotes;
}

const CALL = /([a-z_][a-z0-9_]{0,31})\(/y;
const RESUMED = /<\.\.\. ([a-z_][a-z0-9_]{0,31}) resumed>/y;
const EXITED = /\+\+\+ exited with (\d{1,3}) \+\+\+/y;
const KILLED = /\+\+\+ killed by (SIG\w{1,12})(?: \(core dumped\))? \+\+\+/y;
const ATTACHED = /strace: Process (\d{1,10}) attached/y;
/** What strace and libbpf write into a call that has begun. */
const FOREIGN = /strace: Process \d{1,10} attached|libbpf: /g;
const UNFINISHED = '<unfinished ...>';
const LIBBPF = 'libbpf: ';

/** A call that has started and not ended, by process. */
interface Unfinished {
  readonly name: string;
  /** From the name on, without `<unfinished ...>`. */
  readonly text: string;
  readonly at: Position;
}

/** Reads a log of strace line by line. Throws nothing: what cannot be read is a warning of its line. */
export function readLog(source: Source): ReadLog {
  const lines = linesOf(source.text);
  const notes = new LineNotes(source.file, lines);
  const events: LogEvent[] = [];
  const unfinished = new Map<number | null, Unfinished>();
  const reader = new LineReader(notes, events, unfinished);
  for (const [i, text] of lines.entries()) reader.read(text, i + 1);
  reader.end();
  for (const { name, at } of unfinished.values()) {
    if (FOLLOWED_CALLS.has(name)) notes.warn(at, name, `the log ends before ${name}() does: its result is not known`);
  }
  return { events, notes };
}

/** What became of the lines of a log that has been read. */
export function accountOf({ notes }: ReadLog): LogAccount {
  return notes.finish();
}

class LineReader {
  readonly #notes: LineNotes;
  readonly #events: LogEvent[];
  readonly #unfinished: Map<number | null, Unfinished>;
  /** A call into which another text was written: it goes on in the next line. */
  #interrupted: (Unfinished & { readonly pid: number | null }) | undefined;

  constructor(notes: LineNotes, events: LogEvent[], unfinished: Map<number | null, Unfinished>) {
    this.#notes = notes;
    this.#events = events;
    this.#unfinished = unfinished;
  }

  read(text: string, line: number): void {
    if (text.trim() === '') {
      this.#notes.irrelevant(line, 'blank');
      return;
    }
    if (this.#continues(text, line)) return;
    const { pid, start } = readPrefix(text);
    if (this.#isEvent(text, line, pid, start) || this.#isCall(text, line, pid, start)) return;
    const message = text.indexOf(LIBBPF);
    if (message !== -1) {
      this.#events.push({
        kind: 'message',
        at: { line, column: message + 1 },
        text: text.slice(message + LIBBPF.length),
      });
      this.#notes.irrelevant(line, 'libbpf_text');
      return;
    }
    this.#notes.irrelevant(line, 'other_text');
  }

  /** Signals, ends of processes, and what strace says of itself. */
  #isEvent(text: string, line: number, pid: number | null, start: number): boolean {
    const at = { line, column: start + 1 };
    const exited = matchAt(EXITED, text, start);
    const killed = matchAt(KILLED, text, start);
    if (exited || killed) {
      const status = exited ? Number(exited[1]) : null;
      this.#events.push({ kind: 'exit', pid, at, status, signal: killed?.[1] ?? null });
      this.#notes.understood(line, 'exit');
      // A call that it was in has no end.
      this.#unfinished.delete(pid);
      return true;
    }
    const attached = matchAt(ATTACHED, text, start)?.[1];
    if (attached !== undefined) this.#events.push({ kind: 'attached', pid: Number(attached) });
    const rule = otherEvent(text, start);
    if (rule === undefined) return false;
    this.#notes.irrelevant(line, rule);
    return true;
  }

  #isCall(text: string, line: number, pid: number | null, start: number): boolean {
    const resumed = matchAt(RESUMED, text, start);
    if (resumed) {
      this.#resume(resumed[1] as string, text, line, pid, start + resumed[0].length);
      return true;
    }
    const name = matchAt(CALL, text, start)?.[1];
    if (name === undefined) return false;
    const isFollowed = FOLLOWED_CALLS.has(name);
    if (this.#isInterrupted(name, text, line, pid, start)) return true;
    const trimmed = text.trimEnd();
    if (trimmed.endsWith(UNFINISHED)) {
      const at = { line, column: start + 1 };
      this.#unfinished.set(pid, { name, text: trimmed.slice(start, -UNFINISHED.length).trimEnd(), at });
      if (isFollowed) this.#events.push({ kind: 'start', name, pid, at });
      this.#notes.irrelevant(line, isFollowed ? 'started_call' : 'other_call');
    } else if (isFollowed) {
      this.#parse(name, [{ text: text.slice(start), at: { line, column: start + 1 } }], pid);
    } else {
      this.#notes.irrelevant(line, /\) += /.test(text.slice(start)) ? 'other_call' : 'other_text');
    }
    return true;
  }

  /** Whether what strace or libbpf says stands in a call: both write to the same terminal. */
  #isInterrupted(name: string, text: string, line: number, pid: number | null, start: number): boolean {
    const found = matchAt(FOREIGN, text, start + name.length + 1);
    if (!found) return false;
    const at = found.index;
    if (FOLLOWED_CALLS.has(name)) {
      this.#interrupted = { name, text: text.slice(start, at), at: { line, column: start + 1 }, pid };
    }
    const attached = /^strace: Process (\d{1,10}) attached/.exec(text.slice(at, at + 60))?.[1];
    if (attached !== undefined) this.#events.push({ kind: 'attached', pid: Number(attached) });
    else {
      const message = text.slice(at + LIBBPF.length);
      this.#events.push({ kind: 'message', at: { line, column: at + 1 }, text: message });
    }
    this.#notes.irrelevant(line, FOLLOWED_CALLS.has(name) ? 'started_call' : 'other_call');
    return true;
  }

  /** Whether a line goes on with the call into which another text was written. */
  #continues(text: string, line: number): boolean {
    const head = this.#interrupted;
    if (!head) return false;
    const isMessage = text.startsWith(LIBBPF);
    if (isMessage) return false;
    this.#interrupted = undefined;
    if (!/^[,)} <.]/.test(text)) {
      this.#notes.warn(
        head.at,
        head.name,
        `${head.name}() is interrupted by another text, and the next line does not go on with it`,
      );
      return false;
    }
    const trimmed = text.trimEnd();
    if (trimmed.endsWith(UNFINISHED)) {
      const rest = trimmed.slice(0, -UNFINISHED.length).trimEnd();
      this.#unfinished.set(head.pid, { ...head, text: head.text + rest });
      this.#events.push({ kind: 'start', name: head.name, pid: head.pid, at: head.at });
      this.#notes.irrelevant(line, 'started_call');
      return true;
    }
    this.#parse(head.name, [head, { text, at: { line, column: 1 } }], head.pid);
    return true;
  }

  /** The log ends. */
  end(): void {
    const head = this.#interrupted;
    if (head) this.#notes.warn(head.at, head.name, `the log ends before ${head.name}() does: its result is not known`);
  }

  #resume(name: string, text: string, line: number, pid: number | null, behind: number): void {
    const started = this.#unfinished.get(pid);
    this.#unfinished.delete(pid);
    if (!FOLLOWED_CALLS.has(name)) {
      this.#notes.irrelevant(line, 'other_call');
      return;
    }
    if (started?.name !== name) {
      const why = started ? `the call that process started is ${started.name}()` : 'its start is not in the log';
      this.#notes.warn({ line, column: behind + 1 }, name, `${name}() is resumed: ${why}`);
      return;
    }
    this.#notes.understood(started.at.line, name);
    this.#parse(name, [started, { text: text.slice(behind), at: { line, column: behind + 1 } }], pid);
  }

  /** A call whose text stands in one piece, or in two. */
  #parse(name: string, parts: readonly { readonly text: string; readonly at: Position }[], pid: number | null): void {
    const text = parts.map((part) => part.text).join('');
    const [first, last] = [parts[0], parts.at(-1)] as [(typeof parts)[number], (typeof parts)[number]];
    const placeOf = (at: number): Position => {
      const isFirst = parts.length === 1 || at < first.text.length;
      const { line, column } = isFirst ? first.at : last.at;
      return { line, column: column + (isFirst ? at : at - first.text.length) };
    };
    const reader = new ValueReader(text, name.length + 1);
    try {
      const { fields } = reader.fields(')');
      const result = readResult(text, reader.at);
      const endLine = last.at.line;
      this.#events.push({ kind: 'call', name, args: fields, result, pid, at: first.at, endLine });
      for (const { at } of parts) this.#notes.understood(at.line, name);
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      this.#notes.warn(placeOf(error.at), name, `${name}() cannot be read: ${error.message}`);
    }
  }
}

/** Lines that are no call and say nothing here. */
function otherEvent(text: string, start: number): LogRule | undefined {
  if (text.startsWith('--- ', start)) return 'signal';
  if (text.startsWith('+++ ', start)) return 'strace_text';
  if (text.startsWith('strace: ', start) || text.startsWith('[ Process ', start)) return 'strace_text';
  return undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
