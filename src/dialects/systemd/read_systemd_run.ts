import { nearestOf } from '../../names/nearest.js';
import { quote } from '../../names/unknown_name.js';
import { commandLines, commandPattern } from '../command_lines.js';
import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { shellWords } from '../shell_words.js';
import { type PlacedText, piece } from '../source_text.js';
import { assign, isUnitSetting } from './assign_setting.js';
import { KNOWN_SETTINGS } from './known_settings.generated.js';
import { isOfDelegation } from './name_list.js';
import { startUnit, type UnitReading } from './read_unit.js';
import { unitDelegation } from './unit_delegation.js';
import { warnOfUnit } from './unit_warnings.js';

/** A command line. */
export const SYSTEMD_RUN = commandPattern('systemd-run');

/** Options of systemd-run with a value of their own. */
const WITH_VALUE =
  /^(?:--(?:description|slice|service-type|nice|working-directory|setenv|socket-property|timer-property|path-property|on-[a-z]+|host|machine|background|expand-environment|json|job-mode)|-[EMHC])$/;

/** Reads lines of systemd-run, each of which starts a unit. A backslash at the end goes on with the next line. */
export function readSystemdRun(context: ReadContext): readonly Delegation[] {
  return commandLines(context.account, SYSTEMD_RUN).flatMap(({ text, numbers }) => {
    for (const number of numbers) context.account.understood(number, 'systemd-run');
    return readCommand(text, context);
  });
}

function readCommand(text: PlacedText, context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const { words } = shellWords(text);
  const unit = startUnit('systemd-run');
  let name = unit.name;
  let isUserManager = false;
  const start = words.findIndex((word) => /(?:^|\/)systemd-run$/.test(word.text)) + 1;
  for (let i = start; i < words.length; i++) {
    const word = words[i] as PlacedText;
    const joined = /^(?:-p|--property=)(?=.)/.exec(word.text);
    if (word.text === '--' || !word.text.startsWith('-')) break;
    if (joined || word.text === '-p' || word.text === '--property') {
      const property = joined ? piece(word, joined[0].length) : words[++i];
      if (property) readProperty(unit, property, context);
    } else if (word.text === '--user') isUserManager = true;
    else if (/^--(?:uid|gid|unit)=/.test(word.text)) {
      const value = piece(word, word.text.indexOf('=') + 1);
      if (word.text.startsWith('--gid')) unit.settings.group = value.text;
      else if (word.text.startsWith('--unit')) name = unitNameOf(value.text);
      else unit.settings.user = value.text;
    } else if (word.text === '--uid') unit.settings.user = words[++i]?.text ?? unit.settings.user;
    else if (word.text === '--gid') unit.settings.group = words[++i]?.text ?? unit.settings.group;
    else if (word.text === '--unit' || word.text === '-u') name = unitNameOf(words[++i]?.text ?? name);
    else if (WITH_VALUE.test(word.text)) i += 1;
  }
  if (!unit.start) return [];
  if (isUserManager) {
    const message = 'a user manager has no privilege to set what is delegated: it mounts no bpffs, and says nothing';
    account.warn(unit.start, { code: 'user-manager', message });
  } else warnOfUnit(unit.settings, context);
  const delegation = unitDelegation(name, unit.start, unit.settings);
  if (!delegation) return [];
  const unusable = isUserManager ? 'a user manager mounts no bpffs' : delegation.unusable;
  return [{ ...delegation, unusable }];
}

/** A name without a suffix is that of a service. */
function unitNameOf(text: string): string {
  return /\.\w+$/.test(text) ? text : `${text}.service`;
}

function readProperty(unit: UnitReading, property: PlacedText, context: ReadContext): void {
  const equals = property.text.indexOf('=');
  const key = piece(property, 0, equals === -1 ? property.text.length : equals);
  const known = KNOWN_SETTINGS.Service ?? [];
  if (equals === -1 || !known.includes(key.text)) {
    const nearest = nearestOf(key.text, known);
    const hint = nearest === undefined || equals === -1 ? '' : `; did you mean ${quote(nearest)}?`;
    const what = equals === -1 ? 'a property is NAME=VALUE' : `there is no property ${quote(key.text)}${hint}`;
    const fix = equals === -1 || nearest === undefined ? undefined : [{ at: key.at, text: nearest }];
    context.account.warn(key.at, {
      code: 'unknown-setting',
      message: `systemd-run refuses ${quote(property.text)}: ${what}`,
      nearest,
      fix,
    });
    return;
  }
  if (!isUnitSetting(key.text)) return;
  if (isOfDelegation(key.text)) unit.start ??= key.at;
  assign(unit.settings, key, piece(property, equals + 1), context);
}
