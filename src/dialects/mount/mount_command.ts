import { commandLines, commandPattern, type JoinedLine } from '../command_lines.js';
import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { shellWords } from '../shell_words.js';
import { type PlacedText, piece } from '../source_text.js';
import { type MountOption, readBpffsOptions } from './bpffs_options.js';
import { hideEarlier, mountDelegation, type TableMount } from './mount_delegation.js';
import { splitOptions } from './option_list.js';

/** `mount -t bpf`, after `sudo` and the like. */
export const MOUNT_COMMAND = commandPattern('mount');

/** Options of mount(8) that take a value, besides -t and -o. */
const WITH_VALUE = /^(?:-[LUNT]|--(?:label|uuid|namespace|fstab|options-mode|options-source|onlyonce|target-prefix))$/;

/**
 * Reads `mount -t bpf SOURCE DIR -o OPTIONS` lines. mount(8) opens and configures the instance in one process, and delegate_* need
 * CAP_SYS_ADMIN in the initial user namespace: the bpffs belongs to that namespace.
 */
export function readMountCommands(context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const lines = commandLines(account, MOUNT_COMMAND);
  return hideEarlier(
    lines.flatMap((line) => readCommand(line, context) ?? []),
    account,
  );
}

function readCommand({ text: line, numbers }: JoinedLine, context: ReadContext): TableMount | undefined {
  const { account } = context;
  const number = line.at.line;
  const { type, options, operands } = readArguments(shellWords(line).words);
  const path = operands.at(-1)?.text ?? 'bpffs';
  if (type?.text !== 'bpf') {
    for (const own of numbers) account.irrelevant(own, 'other_filesystem');
    return { path, delegation: undefined, line: number };
  }
  for (const own of numbers) account.understood(own, 'bpffs');
  if (operands.length !== 2) {
    account.warn(line.at, {
      code: 'malformed',
      message: `mount takes a source and a directory: this line has ${operands.length} of the two`,
    });
  }
  const settings = readBpffsOptions(options, 'given', context);
  return { path, delegation: mountDelegation({ placed: line, path, settings, owner: 'init' }), line: number };
}

interface Arguments {
  readonly type: PlacedText | undefined;
  readonly options: readonly MountOption[];
  readonly operands: readonly PlacedText[];
}

/** What comes after the word `mount`: options in any order, `-o` as often as it is given. */
function readArguments(words: readonly PlacedText[]): Arguments {
  let type: PlacedText | undefined;
  const options: MountOption[] = [];
  const operands: PlacedText[] = [];
  const start = words.findIndex(({ text }) => /(?:^|\/)mount$/.test(text)) + 1;
  for (let i = start; i < words.length; i++) {
    const word = words[i] as PlacedText;
    const [, flag, joined] = /^(-[ot]|--(?:options|types)=)(.+)$/.exec(word.text) ?? [];
    const value = joined === undefined ? words[i + 1] : piece(word, (flag as string).length);
    if (/^(?:-t|--types)/.test(word.text)) type = value ?? type;
    else if (/^(?:-o|--options$|--options=)/.test(word.text)) {
      if (value) options.push(...splitOptions(value, { quotes: true }));
    } else if (WITH_VALUE.test(word.text)) {
      i += 1;
      continue;
    } else {
      if (!word.text.startsWith('-')) operands.push(word);
      continue;
    }
    if (joined === undefined) i += 1;
  }
  return { type, options, operands };
}
