import { commandLines, commandPattern, type ProgramCommand } from '../command_lines.js';
import type { Delegation } from '../delegation.js';
import { getopt, type KnownOptions } from '../getopt.js';
import type { ReadContext } from '../read_context.js';
import { type PlacedText, trimPlaced } from '../source_text.js';
import { type MountOption, readBpffsOptions } from './bpffs_options.js';
import { delegationsOf, type TableMount } from './hidden_mounts.js';
import { mountDelegation } from './mount_delegation.js';
import { splitOptions } from './option_list.js';

/** `mount -t bpf`, after `sudo` and the like. */
export const MOUNT_COMMAND = commandPattern('mount');

/** The options of mount(8), of util-linux 2.38 to 2.42. */
const OPTIONS: KnownOptions = {
  short: {
    ...{ o: 'value', t: 'value', L: 'value', U: 'value', T: 'value', O: 'value', N: 'value' },
    ...{ a: 'none', c: 'none', f: 'none', F: 'none', i: 'none', l: 'none', n: 'none', r: 'none', v: 'none', w: 'none' },
    ...{ B: 'none', M: 'none', R: 'none', h: 'none', V: 'none', s: 'none', m: 'optional' },
  },
  long: {
    ...{ options: 'value', types: 'value', source: 'value', target: 'value', label: 'value', uuid: 'value' },
    ...{ fstab: 'value', 'test-opts': 'value', namespace: 'value', 'target-prefix': 'value' },
    ...{ 'options-mode': 'value', 'options-source': 'value', 'map-users': 'value', 'map-groups': 'value' },
    ...{ all: 'none', 'no-canonicalize': 'none', fake: 'none', fork: 'none', 'internal-only': 'none' },
    ...{ 'show-labels': 'none', 'no-mtab': 'none', 'options-source-force': 'none', 'read-only': 'none', ro: 'none' },
    ...{ verbose: 'none', rw: 'none', 'read-write': 'none', help: 'none', version: 'none', mkdir: 'optional' },
    ...{ beneath: 'none', exclusive: 'none', onlyonce: 'none', bind: 'none', move: 'none', rbind: 'none' },
    ...{ 'make-shared': 'none', 'make-slave': 'none', 'make-private': 'none', 'make-unbindable': 'none' },
    ...{ 'make-rshared': 'none', 'make-rslave': 'none', 'make-rprivate': 'none', 'make-runbindable': 'none' },
  },
};

/** Operations on a mount that is there, as options of the command and as items of `-o`. */
const OF_OTHER_MOUNT = /^(?:B|M|R|bind|rbind|move|remount)$/;

/**
 * Reads `mount -t bpf SOURCE DIR -o OPTIONS` lines. mount(8) opens and configures the instance in one process, and delegate_* need
 * CAP_SYS_ADMIN in the initial user namespace: the bpffs belongs to that namespace.
 */
export function readMountCommands(context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const lines = commandLines(account, 'mount');
  const mounts = lines.flatMap(({ commands, numbers }) =>
    commands.flatMap((command) => readCommand(command, numbers, context) ?? []),
  );
  return delegationsOf(mounts, 'mounted', account);
}

function readCommand(
  { text, words }: ProgramCommand,
  numbers: readonly number[],
  context: ReadContext,
): TableMount | undefined {
  const { account } = context;
  const line = trimPlaced(text);
  const number = line.at.line;
  const { type, options, operands, operation } = readArguments(words);
  const path = operands.at(-1)?.text ?? 'bpffs';
  const delegate = options.find(({ key }) => key.text.startsWith('delegate_'));
  if (type?.text !== 'bpf' && !delegate) {
    for (const own of numbers) account.irrelevant(own, 'other_filesystem');
    return { path, delegation: undefined, line: number };
  }
  for (const own of numbers) account.understood(own, 'bpffs');
  if (operation !== undefined || type?.text !== 'bpf') {
    const message =
      operation === undefined
        ? 'mount takes this for a bpffs with -t bpf only'
        : `${operation} changes no delegation: what a bpffs delegates is set when it is made`;
    if (delegate) account.warn(delegate.key.at, { code: 'ignored-option', message });
    return operation === undefined ? { path, delegation: undefined, line: number } : undefined;
  }
  if (operands.length !== 2) {
    account.warn(line.at, {
      code: 'malformed',
      message: `mount takes a source and a directory: ${operands.length} are given`,
    });
  }
  const settings = readBpffsOptions(options, 'given', context);
  return { path, delegation: mountDelegation({ placed: line, path, settings, owner: 'init' }), line: number };
}

interface Arguments {
  readonly type: PlacedText | undefined;
  readonly options: readonly MountOption[];
  /** The source and the directory. */
  readonly operands: readonly PlacedText[];
  /** What is done with a mount that is there; undefined for a new one. */
  readonly operation: string | undefined;
}

/** What comes after the word `mount`. */
function readArguments(words: readonly PlacedText[]): Arguments {
  const given = getopt(words, OPTIONS);
  const valuesOf = (...names: readonly string[]) =>
    given.options.flatMap(({ name, value }) => (value && names.includes(name) ? [value] : []));
  const options = valuesOf('o', 'options').flatMap((list) => splitOptions(list, { quotes: true }));
  const source = valuesOf('source', 'L', 'label', 'U', 'uuid').slice(-1);
  const target = valuesOf('target').slice(-1);
  const operation =
    given.options.find(({ name }) => OF_OTHER_MOUNT.test(name))?.word.text ??
    options.find(({ key }) => OF_OTHER_MOUNT.test(key.text))?.key.text;
  return {
    type: valuesOf('t', 'types').at(-1),
    options,
    operands: [...source, ...given.operands, ...target],
    operation,
  };
}
