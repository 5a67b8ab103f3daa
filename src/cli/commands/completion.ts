import type { Command } from 'commander';
import { SHELLS } from '../command_table.js';
import { defineCommand } from '../define_command.js';
import { InputError } from '../exit.js';
import { completionScript } from '../help/completion.js';
import { writeData } from '../output.js';

/** `bpftoken completion`: a script for a shell. */
export function completionCommand(program: Command): void {
  defineCommand(program, 'completion').action((given: string) => {
    const shell = SHELLS.find((name) => name === given);
    if (!shell) throw new InputError(`no completion for the shell ${given}: one of ${SHELLS.join(', ')} is expected`);
    writeData(process.stdout, completionScript(shell));
  });
}
