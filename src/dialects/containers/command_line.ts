import { commandPattern, type ProgramCommand } from '../command_lines.js';
import { type PlacedText, piece } from '../source_text.js';
import { INCUS, LXD, type Manager } from './manager.js';

/** A command of a manager's client, taken apart. */
export interface CommandLine {
  readonly verb: string;
  readonly text: PlacedText;
  /** Whether it reads a file, a text of the lines after it, or what another command prints. */
  readonly readsInput: boolean;
  /** `set` of `config set`; the first operand of other verbs. */
  readonly operands: readonly PlacedText[];
  /** Values of `-c` and `--config`. */
  readonly given: readonly PlacedText[];
  /** Values of `-p` and `--profile`; empty for `--no-profiles`; undefined where neither is given. */
  readonly profiles: readonly PlacedText[] | undefined;
  readonly isVirtualMachine: boolean;
  /** Whether `-p` or `--property` says that keys are properties of the instance itself. */
  readonly isOfProperties: boolean;
}

/** Options with a value that says nothing here. */
const WITH_VALUE =
  /^(?:-[stnd]|--(?:storage|type|network|device|project|target|target-project|description|environment-file|mode|columns|format))$/;
/** Commands whose `-p` is a profile; elsewhere it is a property. */
const WITH_PROFILES = /^(?:launch|init|create|copy|cp)$/;

/** A line with a command of a manager's client. */
export const MANAGER_COMMAND: Readonly<Record<Manager['name'], RegExp>> = {
  Incus: commandPattern(INCUS.command),
  LXD: commandPattern(LXD.command),
};

/** Takes a command of a manager apart. */
export function readManagerCommand({ text: whole, words, readsInput }: ProgramCommand): CommandLine {
  const operands: PlacedText[] = [];
  const given: PlacedText[] = [];
  let profiles: PlacedText[] | undefined;
  let isVirtualMachine = false;
  let isOfProperties = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as PlacedText;
    const { text } = word;
    const hasProfiles = operands[0] !== undefined && WITH_PROFILES.test(operands[0].text);
    const [flag, name] =
      /^(?:-([cp])|--(config|profile)(?:=|$))/.exec(text)?.filter((part) => part !== undefined) ?? [];
    if (name?.startsWith('c') || (name === 'profile' && flag) || (name === 'p' && hasProfiles)) {
      const isJoined = text.length > (flag as string).length || text.endsWith('=');
      const value = isJoined ? piece(word, (flag as string).length) : words[++i];
      if (!value) continue;
      if (name?.startsWith('c')) given.push(value);
      else profiles = [...(profiles ?? []), value];
    } else if (text === '-p' || text === '--property') isOfProperties = true;
    else if (text === '--no-profiles') profiles ??= [];
    else if (text === '--vm') isVirtualMachine = true;
    else if (WITH_VALUE.test(text)) i += 1;
    else if (text === '-' || !text.startsWith('-')) operands.push(word);
  }
  const [verb, ...rest] = operands;
  return {
    verb: verb?.text ?? '',
    text: whole,
    readsInput,
    operands: rest,
    given,
    profiles,
    isVirtualMachine,
    isOfProperties,
  };
}
