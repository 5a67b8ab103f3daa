import { nearestOf } from '../../names/nearest.js';
import { quote } from '../../names/unknown_name.js';
import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { shellWords } from '../shell_words.js';
import { joinPlaced, type PlacedText, piece } from '../source_text.js';
import { KNOWN_SETTINGS } from './known_settings.generated.js';
import { warnOfNamespaces } from './namespace_warnings.js';
import { startUnit, type UnitReading } from './read_unit.js';
import { unitDelegation } from './unit_delegation.js';
import { assign, isUnitSetting } from './unit_settings.js';

/** A command line. */
export const SYSTEMD_RUN = /^\s*(?:[$#]\s+)?(?:sudo\s+(?:-\S+\s+)*)?(?:\S*\/)?systemd-run(?:\s|$)/;

/** Options of systemd-run with a value of their own. */
const WITH_VALUE =
  /^(?:--(?:description|slice|service-type|nice|working-directory|setenv|socket-property|timer-property|path-property|on-[a-z]+|host|machine|background|expand-environment|json|job-mode)|-[EMHC])$/;

/** Reads lines of systemd-run, each of which starts a unit. A backslash at the end goes on with the next line. */
export function readSystemdRun(context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const delegations: Delegation[] = [];
  let open: PlacedText | undefined;
  let numbers: number[] = [];
  for (const line of account.lines) {
    const number = line.at.line;
    const text = open ? joinPlaced([open, line], '') : line;
    if (!open && !SYSTEMD_RUN.test(line.text)) {
      const trimmed = line.text.trim();
      account.irrelevant(number, trimmed === '' ? 'blank' : trimmed.startsWith('#') ? 'comment' : 'other_text');
      continue;
    }
    numbers.push(number);
    if (/(?:^|[^\\])\\$/.test(text.text) && number < account.lines.length) {
      open = { ...text, text: `${text.text.slice(0, -1)} ` };
      continue;
    }
    for (const own of numbers) account.understood(own, 'systemd-run');
    delegations.push(...readCommand(text, context));
    open = undefined;
    numbers = [];
  }
  return delegations;
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
  } else warnOfNamespaces(unit.settings, context);
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
  if (/^(?:PrivateBPF|BPFDelegate)/.test(key.text)) unit.start ??= key.at;
  assign(unit.settings, key, piece(property, equals + 1), context);
}
