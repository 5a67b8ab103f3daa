import { Command, CommanderError } from 'commander';
import { ScenarioError } from '../policy/problems.js';
import { PoolError } from '../pool/errors.js';
import { RequestTableError } from '../requests/index.js';
import { AbortError, BadRowsError, BatchFileError } from './batch/index.js';
import { benchCommand } from './commands/bench.js';
import { checkCommand } from './commands/check.js';
import { evalCommand } from './commands/eval.js';
import { explainCommand } from './commands/explain.js';
import { fuzzCommand } from './commands/fuzz.js';
import { generateCommand } from './commands/generate.js';
import { initCommand } from './commands/init.js';
import { listCommand } from './commands/list.js';
import { testCommand } from './commands/test.js';
import { EXIT, type ExitCode, InputError } from './exit.js';

/** The command line of bpftoken, without its process. */
export function createProgram(): Command {
  const program = new Command('bpftoken')
    .description('What would bpf() answer to a task with a BPF token, and why')
    .showHelpAfterError('(bpftoken --help lists the commands)')
    .addHelpText(
      'after',
      '\nExit status: 0 fine or allowed; 1 denied, or an expectation failed; 2 bad input; 130 interrupted',
    )
    .exitOverride();
  for (const add of [
    initCommand,
    listCommand,
    checkCommand,
    explainCommand,
    testCommand,
    generateCommand,
    evalCommand,
    fuzzCommand,
    benchCommand,
  ]) {
    add(program);
  }
  // Subcommands made before exitOverride() was copied would leave the process themselves.
  for (const command of program.commands) command.exitOverride();
  return program;
}

/** Runs a command line; problems go to standard error in words. Returns the exit status. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  try {
    await createProgram().parseAsync(argv as string[]);
    return (process.exitCode as ExitCode | undefined) ?? EXIT.OK;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.BAD_INPUT;
    if (error instanceof AbortError) {
      process.stderr.write('interrupted: no output was written\n');
      return EXIT.INTERRUPTED;
    }
    if (isForPeople(error)) {
      process.stderr.write(`${error.message}\n`);
      return EXIT.BAD_INPUT;
    }
    throw error;
  }
}

/** Errors whose message is all a person needs; anything else is a fault of this program and keeps its stack. */
function isForPeople(error: unknown): error is Error {
  return (
    error instanceof InputError ||
    error instanceof BatchFileError ||
    error instanceof BadRowsError ||
    error instanceof ScenarioError ||
    error instanceof RequestTableError ||
    error instanceof PoolError ||
    (error instanceof Error && 'syscall' in error)
  );
}
