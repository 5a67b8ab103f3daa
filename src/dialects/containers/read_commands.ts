import { quote } from '../../names/unknown_name.js';
import { commandLines, tellUnread } from '../command_lines.js';
import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { type PlacedText, piece, trimPlaced } from '../source_text.js';
import { type CommandLine, readManagerCommand } from './command_line.js';
import type { Manager } from './manager.js';
import type { Setting } from './setting.js';
import { delegationOf, type Instance, isContainerKey, tellUnknownKey } from './settings.js';

/** What lines say of an instance or a profile so far. */
interface Described {
  instance: Instance;
  settings: Map<string, Setting>;
  /** Keys that are set, and those that a misspelt one is mended to. */
  readonly taken: Set<string>;
  /** Names of the profiles of an instance, in order. */
  profiles: readonly PlacedText[];
}

/** Instances and profiles by their names. */
interface Inventory {
  readonly instances: Map<string, Described>;
  readonly profiles: Map<string, Described>;
}

/**
 * Reads the lines that set keys, make instances and give them profiles, in order: each instance and each profile that no instance has
 * is a delegation, of its last values. A backslash at the end goes on with the next line.
 */
export function readManagerCommands(manager: Manager, context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const inventory: Inventory = { instances: new Map(), profiles: new Map() };
  for (const { commands, numbers } of commandLines(account, manager.command)) {
    const isRead = commands.map((one) => {
      const command = readManagerCommand(one);
      tellOfInput(command, context);
      const isDone = readCommand(manager, command, inventory, context);
      if (!isDone) tellUnread(one.text, `${manager.command} that makes or configures an instance`, account);
      return isDone;
    });
    for (const number of numbers) {
      if (isRead.includes(true)) account.understood(number, manager.command);
      else account.irrelevant(number, 'other_text');
    }
  }
  return delegationsOf(manager, inventory, context);
}

/**
 * Tells of a configuration that is read from standard input, and so is not in the command. Source: Incus 7.0, cmd/incus/create.go,
 * config.go and profile.go: termios.IsTerminal(getStdinFd()).
 */
function tellOfInput({ verb, operands, text, readsInput }: CommandLine, { account }: ReadContext): void {
  const what = `${verb} ${operands[0]?.text ?? ''}`;
  const takesInput = /^(?:launch|init|create) |^(?:config|profile) edit$|^profile create$/.test(what);
  if (!readsInput || !takesInput) return;
  const message = 'this reads a configuration from standard input: what that sets is not known';
  account.warn(trimPlaced(text).at, { code: 'unread-line', message });
}

function delegationsOf(manager: Manager, { instances, profiles }: Inventory, { account }: ReadContext): Delegation[] {
  const used = new Set<Described>();
  const own = [...instances.values()].flatMap(({ instance, settings, profiles: names }) => {
    const inherited = names.flatMap((name) => {
      const profile = profiles.get(name.text);
      if (profile) used.add(profile);
      else if (name.text !== 'default') {
        const message = `no line sets the profile ${quote(name.text)}: what it sets is not known`;
        account.warn(name.at, { code: 'profile-not-given', message });
      }
      return [...(profile?.settings.values() ?? [])];
    });
    return delegationOf(manager, instance, [...inherited, ...settings.values()]) ?? [];
  });
  const alone = [...profiles.values()].filter((profile) => !used.has(profile));
  return [
    ...own,
    ...alone.flatMap(({ instance, settings }) => delegationOf(manager, instance, [...settings.values()]) ?? []),
  ];
}

/** Whether a command says something of instances and profiles. */
function readCommand(manager: Manager, command: CommandLine, inventory: Inventory, context: ReadContext): boolean {
  const { verb, operands } = command;
  if (verb === 'config' || verb === 'profile') return readSubcommand(manager, command, inventory, context);
  const isCopy = verb === 'copy' || verb === 'cp';
  if (!isCopy && !/^(?:launch|init|create)$/.test(verb)) return false;
  const [source, target] = operands;
  const name = target ?? source ?? command.text;
  const original = isCopy && source ? inventory.instances.get(withoutRemote(source.text)) : undefined;
  const isVirtualMachine = command.isVirtualMachine || original?.instance.isVirtualMachine === true;
  const made: Described = {
    instance: { name: withoutRemote(name.text), at: name.at, isVirtualMachine },
    settings: new Map(original?.settings),
    taken: new Set(original?.settings.keys()),
    profiles: command.profiles ?? original?.profiles ?? (isCopy ? [] : [{ text: 'default', at: name.at }]),
  };
  inventory.instances.set(made.instance.name, made);
  setAll(
    manager,
    made,
    [...command.given, ...operands.slice(2)].flatMap((word) => pairOf(word, context)),
    context,
  );
  return true;
}

/** `config set`, `config unset`, and `profile` with `set`, `unset`, `add`, `assign` and `remove`. */
function readSubcommand(manager: Manager, command: CommandLine, inventory: Inventory, context: ReadContext): boolean {
  const [subcommand, target, ...rest] = command.operands;
  if (!subcommand || !target) return false;
  const isProfile = command.verb === 'profile';
  if (isProfile && /^(?:add|assign|apply|remove)$/.test(subcommand.text)) {
    const instance = describedIn(inventory.instances, target, '');
    const names = rest.flatMap((word) => namesOf(word));
    if (subcommand.text === 'add') instance.profiles = [...instance.profiles, ...names];
    else if (subcommand.text !== 'remove') instance.profiles = names;
    else instance.profiles = instance.profiles.filter(({ text }) => !names.some((name) => name.text === text));
    return true;
  }
  if (!/^(?:set|unset)$/.test(subcommand.text)) return false;
  const one = isProfile
    ? describedIn(inventory.profiles, target, 'profile ')
    : describedIn(inventory.instances, target, '');
  if (command.isOfProperties) return true;
  if (subcommand.text === 'unset') {
    for (const key of rest) one.settings.delete(key.text);
    return true;
  }
  const [key, value] = rest;
  const isOldForm = rest.length === 2 && key !== undefined && value !== undefined && !key.text.includes('=');
  setAll(manager, one, isOldForm ? [{ key, value, context }] : rest.flatMap((word) => pairOf(word, context)), context);
  return true;
}

function describedIn(all: Map<string, Described>, target: PlacedText, before: string): Described {
  const name = withoutRemote(target.text);
  const known = all.get(name);
  if (known) return known;
  const made = {
    instance: { name: `${before}${name}`, at: target.at, isVirtualMachine: false },
    settings: new Map(),
    taken: new Set<string>(),
    profiles: [],
  };
  all.set(name, made);
  return made;
}

function setAll(manager: Manager, one: Described, pairs: readonly Setting[], context: ReadContext): void {
  for (const { key } of pairs) one.taken.add(key.text);
  for (const pair of pairs) {
    if (tellUnknownKey(manager, pair.key, one.taken, context) || !isContainerKey(manager, pair.key.text)) continue;
    one.settings.delete(pair.key.text);
    // Source: Incus 7.0, cmd/incus/utils.go: kvToMap(), and LXD 6.9, lxc/utils.go: getConfig().
    if (pair.value.text === '-') {
      const message = `the value of ${pair.key.text} is read from standard input: it is not known`;
      context.account.warn(pair.value.at, { code: 'unread-line', message });
    } else one.settings.set(pair.key.text, pair);
  }
}

/** Without the remote before a colon. */
function withoutRemote(name: string): string {
  return name.replace(/^[^:/]*:/, '');
}

function pairOf(word: PlacedText, context: ReadContext): Setting[] {
  const equals = word.text.indexOf('=');
  return equals === -1 ? [] : [{ key: piece(word, 0, equals), value: piece(word, equals + 1), context }];
}

/** Names with commas between them. */
function namesOf(word: PlacedText): readonly PlacedText[] {
  return [...word.text.matchAll(/[^,]+/g)].map(({ 0: name, index }) => piece(word, index, name.length));
}
