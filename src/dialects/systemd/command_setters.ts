import { readCommands } from './exec_start.js';
import type { Setter } from './setter.js';
import { hasInstance } from './specifiers.js';
import type { UnitSettings } from './unit_settings.js';

/** Commands of a service that are started beside ExecStart=. */
const OF_SERVICE = [
  'ExecCondition',
  'ExecStartPre',
  'ExecStartPost',
  'ExecReload',
  'ExecReloadPost',
  'ExecStop',
  'ExecStopPost',
];
const OF_SOCKET = ['ExecStartPre', 'ExecStartPost', 'ExecStopPre', 'ExecStopPost'];

/** A list of commands: an assignment adds to it, and an empty one resets it. */
function commandSetter(name: string): Setter {
  return ({ commandsOf }, value) => {
    const { extents, bad } = readCommands(value.text, hasInstance(value.at.file));
    commandsOf.set(name, value.text === '' ? [] : [...(commandsOf.get(name) ?? []), ...extents]);
    return bad;
  };
}

const settersOf = (names: readonly string[]): Readonly<Record<string, Setter>> =>
  Object.fromEntries(names.map((name) => [name, commandSetter(name)]));

export const SERVICE_COMMANDS = settersOf(['ExecStart', ...OF_SERVICE]);
export const SOCKET_COMMANDS = settersOf(OF_SOCKET);

/** Whether a unit has any commands of a setting. */
export function hasCommands({ commandsOf }: UnitSettings, name: string): boolean {
  return (commandsOf.get(name) ?? []).length > 0;
}
