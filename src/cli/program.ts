import { Command, CommanderError } from 'commander';
import { AbortError } from '../errors.js';
import { printable } from '../text/printable.js';
import { ABOUT, EXIT_STATUS } from './command_table.js';
import { defineCommand } from './define_command.js';
import { asksForJson, isForPeople, muteUsageErrors, writeError } from './error_output.js';
import { EXIT, type ExitCode } from './exit.js';
import type { CommandName } from './options/table.js';

type AddCommand = (program: Command) => void;

/** What adds each command. Only the one that is asked for is loaded: that is most of the time it takes. */
const LOADERS: Readonly<Record<CommandName, () => Promise<AddCommand>>> = {
  init: async () => (await import('./commands/init.js')).initCommand,
  list: async () => (await import('./commands/list.js')).listCommand,
  read: async () => (await import('./commands/read.js')).readCommand,
  lint: async () => (await import('./commands/lint.js')).lintCommand,
  convert: async () => (await import('./commands/convert.js')).convertCommand,
  needs: async () => (await import('./commands/needs.js')).needsCommand,
  suggest: async () => (await import('./commands/suggest.js')).suggestCommand,
  snapshot: async () => (await import('./commands/snapshot.js')).snapshotCommand,
  check: async () => (await import('./commands/check.js')).checkCommand,
  explain: async () => (await import('./commands/explain.js')).explainCommand,
  matrix: async () => (await import('./commands/matrix.js')).matrixCommand,
  'who-can': async () => (await import('./commands/who_can.js')).whoCanCommand,
  'what-can': async () => (await import('./commands/who_can.js')).whatCanCommand,
  diff: async () => (await import('./commands/diff.js')).diffCommand,
  never: async () => (await import('./commands/claim.js')).neverCommand,
  always: async () => (await import('./commands/claim.js')).alwaysCommand,
  implies: async () => (await import('./commands/claim.js')).impliesCommand,
  equivalent: async () => (await import('./commands/claim.js')).equivalentCommand,
  test: async () => (await import('./commands/test.js')).testCommand,
  generate: async () => (await import('./commands/generate.js')).generateCommand,
  eval: async () => (await import('./commands/eval.js')).evalCommand,
  fuzz: async () => (await import('./commands/fuzz.js')).fuzzCommand,
  replay: async () => (await import('./commands/replay.js')).replayCommand,
  probe: async () => (await import('./commands/probe.js')).probeCommand,
  bench: async () => (await import('./commands/bench.js')).benchCommand,
  completion: async () => (await import('./commands/completion.js')).completionCommand,
};

/**
 * The command line of bpftoken, without its process: with the command of that name as it runs, or with all of them as the tables
 * describe them, for help and for names that are no command's.
 */
export async function createProgram(name: string | undefined): Promise<Command> {
  const program = new Command('bpftoken')
    .description(ABOUT)
    .showHelpAfterError('(bpftoken --help lists the commands)')
    .addHelpText('after', `\nExit status: ${EXIT_STATUS}`)
    .configureOutput({ outputError: (text, write) => write(complaintText(text)) })
    .exitOverride();
  if (name !== undefined && Object.hasOwn(LOADERS, name)) {
    (await LOADERS[name as CommandName]())(program);
  } else {
    for (const command of Object.keys(LOADERS) as CommandName[]) defineCommand(program, command);
    program.option('--version', 'the version, the kernels it knows, Node, and what WebAssembly can do here');
  }
  // Subcommands made before exitOverride() was copied would leave the process themselves.
  for (const command of program.commands) command.exitOverride();
  return program;
}

/**
 * An error of commander's, which repeats in quotes what was written. What it might mean comes in a line of its own, and is
 * a name of ours.
 */
function complaintText(text: string): string {
  const [, complaint = text, hint = ''] = /^([\s\S]*?)(\n\(Did you mean [^\n]*\?\))?\n$/.exec(text) ?? [];
  return `${printable(complaint)}${hint}\n`;
}

/** Runs a command line; problems go to standard error: in words, or with `--json` as JSON. Returns the exit status. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  const isJson = asksForJson(argv);
  try {
    if (argv[2] === '--version' || argv[2] === '-V') {
      const { writeVersion } = await import('./version.js');
      writeVersion(process.stdout, isJson);
      return EXIT.OK;
    }
    const program = await createProgram(argv[2]);
    if (isJson) muteUsageErrors(program);
    await program.parseAsync(argv as string[]);
    return (process.exitCode as ExitCode | undefined) ?? EXIT.OK;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.OK;
    if (!isForPeople(error)) throw error;
    writeError(error, isJson);
    return error instanceof AbortError ? EXIT.INTERRUPTED : EXIT.BAD_INPUT;
  }
}
