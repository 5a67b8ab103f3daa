import { type Command, CommanderError } from 'commander';
import { AbortError, BpfTokenSimError } from '../errors.js';
import { errorJson } from '../report/error_json.js';
import { printable } from '../text/printable.js';
import { UsageError } from './exit.js';
import { writeJson, writeText } from './output.js';

/** Whether a command line asks for JSON, as far as that can be told of one that cannot be read. */
export function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(2, end === -1 ? undefined : end).includes('--json');
}

/** Leaves it to writeError() to say what is wrong with a command line. */
export function muteUsageErrors(program: Command): void {
  const muted = { outputError: () => undefined, writeErr: () => undefined };
  for (const command of [program, ...program.commands]) command.configureOutput(muted);
}

/** Errors whose message is all a person needs; anything else is a fault of this program and keeps its stack. */
export function isForPeople(error: unknown): error is Error {
  if (error instanceof BpfTokenSimError || error instanceof CommanderError) return true;
  return error instanceof Error && 'syscall' in error;
}

/** Says on standard error what is wrong: in words, or as one line of JSON. */
export function writeError(error: Error, isJson: boolean): void {
  if (isJson) {
    const told = error instanceof CommanderError ? usageError(error) : error;
    writeJson(process.stderr, errorJson(told, messageOf(told)), 0);
  } else if (!(error instanceof CommanderError)) {
    // Of a command line that cannot be read, commander has said what is wrong.
    writeText(process.stderr, `${messageOf(error)}\n`);
  }
}

/** Our own errors have printable lines; a system's error names paths as they are. */
function messageOf(error: Error): string {
  if (error instanceof AbortError) return 'interrupted: no output was written';
  return 'syscall' in error ? printable(error.message) : error.message;
}

function usageError({ code, message }: CommanderError): UsageError {
  if (code === 'commander.help') return new UsageError('a command is expected: bpftoken --help lists them');
  const [, said = message, nearest] =
    /^(?:error: )?([\s\S]*?)(?:\n\(Did you mean (?:one of )?([^\n,?]*).*\))?$/.exec(message) ?? [];
  return new UsageError(said, { nearest });
}
