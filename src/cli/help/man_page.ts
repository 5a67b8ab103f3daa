import { PROFILES_IN_BRIEF } from '../../kernel/profile.js';
import { ABOUT, COMMANDS, EXIT_STATUS } from '../command_table.js';
import type { OptionSpec } from '../options/option.js';
import { type CommandName, OPTIONS } from '../options/table.js';

/** The manual page of the command, for `man`: what help says, of all commands. `version` is the package's. */
export function manPage(version: string): string {
  const names = Object.keys(COMMANDS) as CommandName[];
  return [
    `.TH BPFTOKEN 1 "" "bpf-token-sim ${escaped(version)}" "User Commands"`,
    '.SH NAME',
    `bpftoken \\- ${escaped(ABOUT.charAt(0).toLowerCase() + ABOUT.slice(1))}`,
    '.SH SYNOPSIS',
    ...names.flatMap((name) => ['.B bpftoken', `${escaped(synopsisOf(name))}`, '.br']),
    '.B bpftoken \\-\\-version',
    '.SH DESCRIPTION',
    escaped(
      'A BPF token lets a privileged process delegate parts of bpf() to a process in a user namespace. bpftoken says what bpf() ' +
        `answers to a task with a token, and why, for these kernels: ${PROFILES_IN_BRIEF}. It reads scenario files, which describe user ` +
        'namespaces, bpffs mounts, tasks and tokens.',
    ),
    '.SH COMMANDS',
    ...names.flatMap(commandOf),
    '.SH EXIT STATUS',
    escaped(EXIT_STATUS),
    '.SH ENVIRONMENT',
    '.TP',
    '.B NO_COLOR',
    'No colour on a terminal.',
    '.TP',
    '.B CC',
    'The C compiler of',
    '.BR "bpftoken probe" .',
    '.SH SEE ALSO',
    '.BR bpf (2),',
    '.BR user_namespaces (7),',
    '.BR bpftool (8)',
    '',
  ].join('\n');
}

function synopsisOf(name: CommandName): string {
  const args = COMMANDS[name].arguments.map((argument) => argument.name);
  const hasOptions = Object.keys(OPTIONS[name]).length > 0;
  return [name, ...(hasOptions ? ['[options]'] : []), ...args].join(' ');
}

function commandOf(name: CommandName): string[] {
  const { about, arguments: args, notes } = COMMANDS[name];
  const options = Object.values(OPTIONS[name] as Readonly<Record<string, OptionSpec<unknown>>>);
  return [
    `.SS ${escaped(synopsisOf(name))}`,
    sentence(about),
    ...args.flatMap((argument) => [
      '.TP',
      `.I ${escaped(argument.name.replace(/[<>[\]]/g, ''))}`,
      sentence(argument.about),
    ]),
    ...options.flatMap(({ flags, about: described, fallback }) => [
      '.TP',
      `.B ${escaped(flags)}`,
      sentence(fallback === undefined ? described : `${described} (default: ${fallback})`),
    ]),
    ...(notes === undefined ? [] : ['.PP', '.nf', ...notes.split('\n').map(escaped), '.fi']),
  ];
}

function sentence(text: string): string {
  return `${escaped(text.charAt(0).toUpperCase() + text.slice(1))}.`;
}

/** Text of one line: hyphens of options stay hyphens, and no line is taken for a request. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('’', '\\(cq').replace(/^[.']/, '\\&$&');
}
