import { ABOUT, COMMANDS, type SHELLS } from '../command_table.js';
import { longOf } from '../options/add_options.js';
import type { OptionSpec } from '../options/option.js';
import { type CommandName, OPTIONS } from '../options/table.js';

export type Shell = (typeof SHELLS)[number];

/** One option as a completion needs it. */
interface CompletedOption {
  readonly flag: string;
  readonly about: string;
  /** Whether a value follows; which ones, where they are few; and whether it is a file. */
  readonly hasValue: boolean;
  readonly values: readonly string[];
  readonly isFile: boolean;
}

/** One command as a completion needs it. */
interface CompletedCommand {
  readonly name: string;
  readonly about: string;
  readonly options: readonly CompletedOption[];
  /** What its arguments can be; empty for files. */
  readonly values: readonly string[];
  readonly hasArgument: boolean;
}

/** A completion script: commands, their options, and values that are few; files elsewhere. */
export function completionScript(shell: Shell): string {
  const commands = Object.entries(COMMANDS).map(([name, spec]): CompletedCommand => {
    const [argument] = spec.arguments;
    return {
      name,
      about: spec.about,
      options: Object.values(OPTIONS[name as CommandName] as Record<string, OptionSpec<unknown>>).map(completed),
      values: argument?.values ?? [],
      hasArgument: argument !== undefined,
    };
  });
  return { bash, zsh, fish }[shell](commands);
}

function completed(spec: OptionSpec<unknown>): CompletedOption {
  const { type, about } = spec;
  return {
    flag: longOf(spec),
    about,
    hasValue: type !== undefined,
    values: type?.values ?? [],
    isFile: type?.isFile ?? false,
  };
}

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, options, values, hasArgument }) => {
    const flags = [...options.map(({ flag }) => flag), '--help'];
    const valueCases = options
      .filter(({ hasValue }) => hasValue)
      .map(({ flag, values: of, isFile }) => {
        const reply = isFile ? 'compgen -f -- "$cur"' : of.length > 0 ? `compgen -W "${of.join(' ')}" -- "$cur"` : ':';
        return `        ${flag}) mapfile -t COMPREPLY < <(${reply}); return ;;`;
      });
    const argument =
      values.length > 0 ? `compgen -W "${values.join(' ')}" -- "$cur"` : hasArgument ? 'compgen -f -- "$cur"' : ':';
    return [
      `    ${name})`,
      '      case "$prev" in',
      ...valueCases,
      '        *) ;;',
      '      esac',
      `      if [[ $cur == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "${flags.join(' ')}" -- "$cur")`,
      `      else mapfile -t COMPREPLY < <(${argument}); fi ;;`,
    ].join('\n');
  });
  return `# bash completion for bpftoken
_bpftoken() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$cur")
    return
  fi
  case "$command" in
${cases.join('\n')}
    *) ;;
  esac
}
complete -o filenames -F _bpftoken bpftoken
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  // In single quotes, inside of [...] and before a colon.
  const words = (text: string) => text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''");
  const cases = commands.map(({ name, options, values, hasArgument }) => {
    const specs = options.map(({ flag, about, hasValue, values: of, isFile }) => {
      const value = isFile ? '_files' : of.length > 0 ? `(${of.join(' ')})` : '';
      return `'${flag}[${words(about)}]${hasValue ? `:value:${value}` : ''}'`;
    });
    const argument = values.length > 0 ? [`':argument:(${values.join(' ')})'`] : hasArgument ? ["'*:file:_files'"] : [];
    return `    ${name}) _arguments ${[...specs, "'--help[help]'", ...argument].join(' \\\n        ')} ;;`;
  });
  return `#compdef bpftoken
# zsh completion for bpftoken
_bpftoken() {
  local -a commands=(
${commands.map(({ name, about }) => `    '${name}:${words(about)}'`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands 'bpftoken command' commands
    _arguments '--help[help]' '--version[version]'
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = "_bpftoken" ]; then _bpftoken "$@"; else compdef _bpftoken bpftoken; fi
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const lines = commands.flatMap(({ name, about, options, values, hasArgument }) => {
    const here = `-n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c bpftoken -n __fish_use_subcommand -f -a ${name} -d ${quoted(about)}`,
      ...options.map(({ flag, about: described, hasValue, values: of, isFile }) => {
        const value = isFile ? ' -r -F' : of.length > 0 ? ` -x -a ${quoted(of.join(' '))}` : hasValue ? ' -x' : '';
        return `complete -c bpftoken ${here} -l ${flag.slice(2)}${value} -d ${quoted(described)}`;
      }),
      ...(values.length > 0 ? [`complete -c bpftoken ${here} -f -a ${quoted(values.join(' '))}`] : []),
      ...(values.length === 0 && !hasArgument ? [`complete -c bpftoken ${here} -f`] : []),
    ];
  });
  return `# fish completion for bpftoken: ${ABOUT}
complete -c bpftoken -l help -d 'help'
complete -c bpftoken -n __fish_use_subcommand -l version -d 'version'
${lines.join('\n')}
`;
}
