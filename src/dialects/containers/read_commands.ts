import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { shellWords } from '../shell_words.js';
import { joinPlaced, type PlacedText, piece } from '../source_text.js';
import type { Manager } from './manager.js';
import type { Setting } from './setting.js';
import { delegationOf, type Instance, isContainerKey, tellUnknownKey } from './settings.js';

/** What lines say of an instance or a profile so far. */
interface Described {
  readonly instance: Instance;
  readonly settings: Map<string, Setting>;
}

/** Options with a value of their own; `-c` and `--config` are read. */
const WITH_VALUE = /^(?:-[stnpd]|--(?:storage|type|network|profile|device|project|target|description|columns|format))$/;

/** A command line of a manager's client. */
export function isManagerCommand(manager: Manager, text: string): boolean {
  return new RegExp(`^\\s*(?:[$#]\\s+)?(?:sudo\\s+(?:-\\S+\\s+)*)?(?:\\S*/)?${manager.command}(?:\\s|$)`).test(text);
}

/**
 * Reads `config set`, `config unset`, `profile set`, `launch`, `init` and `create` lines in order: each instance and profile has one
 * delegation, of its last values. A backslash at the end goes on with the next line.
 */
export function readManagerCommands(manager: Manager, context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const described = new Map<string, Described>();
  let open: PlacedText | undefined;
  let numbers: number[] = [];
  for (const line of account.lines) {
    const number = line.at.line;
    if (!open && !isManagerCommand(manager, line.text)) {
      const trimmed = line.text.trim();
      account.irrelevant(number, trimmed === '' ? 'blank' : trimmed.startsWith('#') ? 'comment' : 'other_text');
      continue;
    }
    const text: PlacedText = open ? joinPlaced([open, line], '') : line;
    numbers.push(number);
    if (/(?:^|[^\\])\\$/.test(text.text) && number < account.lines.length) {
      open = { ...text, text: `${text.text.slice(0, -1)} ` };
      continue;
    }
    if (!readCommand(manager, text, described, context))
      for (const own of numbers) account.irrelevant(own, 'other_text');
    else for (const own of numbers) account.understood(own, manager.command);
    open = undefined;
    numbers = [];
  }
  return [...described.values()].flatMap(
    ({ instance, settings }) => delegationOf(manager, instance, [...settings.values()]) ?? [],
  );
}

/** Whether a line sets or unsets keys. */
function readCommand(
  manager: Manager,
  line: PlacedText,
  described: Map<string, Described>,
  context: ReadContext,
): boolean {
  const { operands, given, isVirtualMachine } = readArguments(manager, shellWords(line).words);
  const [verb, second, target, ...rest] = operands;
  const isSet = (verb?.text === 'config' || verb?.text === 'profile') && /^(?:set|unset)$/.test(second?.text ?? '');
  const isCreate = /^(?:launch|init|create)$/.test(verb?.text ?? '');
  if ((!isSet && !isCreate) || (isSet && !target)) return false;
  const name = isSet ? (target as PlacedText) : (target ?? second ?? line);
  const id = `${verb?.text === 'profile' ? 'profile ' : ''}${name.text.replace(/^[^:/]*:/, '')}`;
  const before = described.get(id);
  const one = before ?? { instance: { name: id, at: name.at, isVirtualMachine }, settings: new Map<string, Setting>() };
  described.set(id, one);
  if (second?.text === 'unset' && isSet) {
    for (const key of rest) one.settings.delete(key.text);
    return true;
  }
  const [key, value] = rest;
  const isOldForm = isSet && rest.length === 2 && key !== undefined && value !== undefined && !key.text.includes('=');
  const pairs = isOldForm
    ? [{ key, value, context }]
    : [...given, ...(isSet ? rest : [])].flatMap((word) => pairOf(word, context));
  for (const pair of [...pairs, ...(isCreate ? rest.flatMap((word) => pairOf(word, context)) : [])]) {
    if (tellUnknownKey(manager, pair.key, context) || !isContainerKey(manager, pair.key.text)) continue;
    one.settings.delete(pair.key.text);
    one.settings.set(pair.key.text, pair);
  }
  return true;
}

function pairOf(word: PlacedText, context: ReadContext): Setting[] {
  const equals = word.text.indexOf('=');
  return equals === -1 ? [] : [{ key: piece(word, 0, equals), value: piece(word, equals + 1), context }];
}

interface Arguments {
  readonly operands: readonly PlacedText[];
  /** Values of `-c` and `--config`. */
  readonly given: readonly PlacedText[];
  readonly isVirtualMachine: boolean;
}

function readArguments(manager: Manager, words: readonly PlacedText[]): Arguments {
  const operands: PlacedText[] = [];
  const given: PlacedText[] = [];
  let isVirtualMachine = false;
  const start = words.findIndex(({ text }) => text === manager.command || text.endsWith(`/${manager.command}`)) + 1;
  for (let i = start; i < words.length; i++) {
    const word = words[i] as PlacedText;
    const joined = /^(?:-c|--config=)(?=.)/.exec(word.text);
    if (joined && word.text !== '--config') given.push(piece(word, joined[0].length));
    else if (word.text === '-c' || word.text === '--config') {
      const next = words[++i];
      if (next) given.push(next);
    } else if (word.text === '--vm') isVirtualMachine = true;
    else if (WITH_VALUE.test(word.text)) i += 1;
    else if (!word.text.startsWith('-')) operands.push(word);
  }
  return { operands, given, isVirtualMachine };
}
