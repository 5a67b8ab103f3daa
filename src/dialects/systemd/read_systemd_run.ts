import { quote } from '../../names/unknown_name.js';
import { commandLines, commandPattern } from '../command_lines.js';
import type { Delegation } from '../delegation.js';
import { type GivenOption, getopt } from '../getopt.js';
import type { ReadContext } from '../read_context.js';
import { type PlacedText, piece } from '../source_text.js';
import { assignProperty } from './assign_property.js';
import { namedValue } from './assign_setting.js';
import { meantSetting } from './meant_setting.js';
import { isOfDelegation } from './name_list.js';
import { startUnit, type UnitReading } from './read_unit.js';
import { LONG_OF_LETTER, SYSTEMD_RUN_OPTIONS } from './systemd_run_options.js';
import { plainProperty, type TransientType, transientSettings } from './transient_settings.js';
import { unitDelegation } from './unit_delegation.js';
import { warnOfUnit } from './unit_warnings.js';
import { ofUserManager, warnOfUserManager } from './user_manager.js';

/** A command line. */
export const SYSTEMD_RUN = commandPattern('systemd-run');

/** Options that set a property, after those of `--property`. */
const PROPERTY_OF_OPTION: Readonly<Record<string, string>> = {
  'service-type': 'Type',
  uid: 'User',
  gid: 'Group',
};

/** Reads lines of systemd-run, each of which starts a unit. A backslash at the end goes on with the next line. */
export function readSystemdRun(context: ReadContext): readonly Delegation[] {
  return commandLines(context.account, 'systemd-run').flatMap(({ commands, numbers }) => {
    for (const number of numbers) context.account.understood(number, 'systemd-run');
    return commands.flatMap(({ words }) => readCommand(words, context));
  });
}

function readCommand(words: readonly PlacedText[], context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const { options, operands } = getopt(words, SYSTEMD_RUN_OPTIONS, true);
  const named = options.map((option) => ({ ...option, name: longOf(option.name) }));
  const valuesOf = (name: string) => named.flatMap((one) => (one.name === name && one.value ? [one.value] : []));
  const has = (...names: readonly string[]) => named.some(({ name }) => names.includes(name));
  const type: TransientType = has('scope') ? 'scope' : 'service';
  const unit = startUnit(unitNameOf(valuesOf('unit').at(-1)?.text ?? 'systemd-run', type));
  for (const option of options) checkOption(unit, option, context);
  for (const { text } of valuesOf('property')) unit.settings.taken.add(plainProperty(text.split('=', 1)[0] as string));
  for (const property of valuesOf('property')) readProperty(unit, type, property, context);
  if (type === 'service') {
    for (const [option, key] of Object.entries(PROPERTY_OF_OPTION)) {
      const value = valuesOf(option).at(-1);
      if (value) assignOne(unit, { text: key, at: value.at }, value, context);
    }
    const path = valuesOf('working-directory').at(-1)?.text;
    // Another path is one of the directory in which the command is started.
    if (path?.startsWith('/')) unit.settings.workingDirectory = path;
    const { commandsOf } = unit.settings;
    if (operands.length > 0) commandsOf.set('ExecStart', [...(commandsOf.get('ExecStart') ?? []), 'all']);
  }
  if (!unit.start) return [];
  const isUserManager = has('user', 'capsule');
  if (isUserManager) warnOfUserManager(unit.start, account);
  else if (type === 'service') warnOfUnit(unit.settings, context);
  const delegation = unitDelegation(unit.name, unit.start, unit.settings);
  if (!delegation) return [];
  if (unit.settings.isRefused) return [{ ...delegation, unusable: 'systemd-run refuses the call' }];
  return [isUserManager ? ofUserManager(delegation) : delegation];
}

function longOf(name: string): string {
  return Object.hasOwn(LONG_OF_LETTER, name) ? (LONG_OF_LETTER[name] as string) : name;
}

/** A name without a suffix is that of a service, or of a scope. */
function unitNameOf(text: string, type: TransientType): string {
  return /\.\w+$/.test(text) ? text : `${text}.${type}`;
}

/** What systemd-run refuses before it looks at a property. */
function checkOption(unit: UnitReading, { name, value, word }: GivenOption, context: ReadContext): void {
  const known = word.text.startsWith('--') ? SYSTEMD_RUN_OPTIONS.long : SYSTEMD_RUN_OPTIONS.short;
  const takes = Object.hasOwn(known, name) ? known[name] : undefined;
  const why =
    takes === undefined
      ? 'there is no such option, or several start so'
      : takes === 'value' && !value
        ? 'it takes a value'
        : takes === 'none' && value
          ? 'it takes no value'
          : undefined;
  if (why !== undefined) refuse(unit, word, `the option ${quote(word.text)}: ${why}`, context);
}

function refuse(unit: UnitReading, { at }: Pick<PlacedText, 'at'>, what: string, { account }: ReadContext): void {
  account.warn(at, { code: 'refused-unit', message: `systemd-run refuses ${what}` });
  unit.settings.isRefused = true;
}

/** Source: systemd 262, src/shared/bus-unit-util.c: bus_append_unit_property_assignment(). */
function readProperty(unit: UnitReading, type: TransientType, property: PlacedText, context: ReadContext): void {
  const equals = property.text.indexOf('=');
  if (equals === -1) {
    refuse(unit, property, `${quote(property.text)}: a property is NAME=VALUE`, context);
    return;
  }
  const written = piece(property, 0, equals);
  const key = { ...written, text: plainProperty(written.text) };
  const value = piece(property, equals + 1);
  const known = transientSettings(type);
  if (isOfDelegation(key.text)) unit.start ??= key.at;
  if (!known.includes(key.text)) {
    unit.settings.isRefused = true;
    const ofService = transientSettings('service').includes(key.text);
    const meant = ofService ? undefined : meantSetting(key.text, known);
    const hint = meant === undefined ? '' : `; did you mean ${quote(meant.name)}?`;
    const isFixed = meant?.isCertain === true && !unit.settings.taken.has(meant.name);
    const what = ofService ? 'a scope has no property' : 'there is no property';
    context.account.warn(key.at, {
      code: 'unknown-setting',
      message: `systemd-run refuses the call: ${what} ${quote(key.text)}${hint}`,
      nearest: meant?.name,
      fix: isFixed ? [{ at: key.at, text: meant.name }] : undefined,
    });
    if (isFixed) unit.settings.taken.add(meant.name);
    // What the call would delegate is read all the same.
    if (!ofService) return;
  }
  assignOne(unit, key, value, context);
}

function assignOne(unit: UnitReading, key: PlacedText, value: PlacedText, context: ReadContext): void {
  const expected = assignProperty(unit.settings, key, value, context);
  if (expected === undefined) return;
  const { at, name } = namedValue(key, value);
  refuse(unit, { at }, `the call: ${key.text} is ${name}: ${expected} is expected`, context);
}
