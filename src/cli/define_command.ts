import type { Command } from 'commander';
import { COMMANDS } from './command_table.js';
import { addOptions } from './options/add_options.js';
import { type CommandName, OPTIONS } from './options/table.js';

/** Adds a command to the program with all that the tables say of it; what it does is to be added. */
export function defineCommand(program: Command, name: CommandName): Command {
  const { about, arguments: args, notes } = COMMANDS[name];
  const command = addOptions(program.command(name), OPTIONS[name]).description(about);
  for (const { name: argument, about: described, fallback } of args) command.argument(argument, described, fallback);
  if (notes !== undefined) command.addHelpText('after', `\n${notes}`);
  return command;
}
