import { nearestOf } from '../../names/nearest.js';
import { quote } from '../../names/unknown_name.js';
import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import type { PlacedText, Span } from '../source_text.js';
import { assign, setterOf } from './assign_setting.js';
import { KNOWN_SETTINGS } from './known_settings.generated.js';
import { mountUnitDelegation } from './mount_unit.js';
import { isOfDelegation, SETTING_OF_MASK } from './name_list.js';
import { COMMON_SECTIONS, EXEC_SECTIONS } from './sections.js';
import { settingComplaint } from './setting_complaint.js';
import { isDropInPath, type UnitFile } from './systemctl_cat.js';
import { unitDelegation } from './unit_delegation.js';
import { refusalOf } from './unit_failures.js';
import { type LogicalLine, logicalLines, readUnitLine } from './unit_lines.js';
import { initialSettings, type UnitSettings } from './unit_settings.js';
import { warnOfUnit } from './unit_warnings.js';
import { isOfUserManager, ofUserManager, warnOfUserManager } from './user_manager.js';

/** The first release with PrivateBPF=, BPFDelegate*= and DelegateNamespaces=. */
const FIRST_RELEASE = 258;
const SINCE_FIRST = ['PrivateBPF', 'DelegateNamespaces', ...Object.values(SETTING_OF_MASK)];

const TYPE =
  /(?:\.|(?:^|\/)(?=[a-z]+\.d\/))(service|socket|mount|swap|automount|path|scope|slice|target|timer|device)(?:$|\.d\/[^/]*$)/;

/** A unit that is being read, file by file. */
export interface UnitReading {
  readonly name: string;
  readonly settings: UnitSettings;
  /** Where the first setting of a delegation stands. */
  start: Span | undefined;
  /** Whether a user manager reads it. */
  isOfUserManager?: boolean;
}

export function startUnit(name: string): UnitReading {
  return { name, settings: initialSettings(), start: undefined };
}

/**
 * Reads a file of a unit: the unit itself, or a drop-in. Where systemd refuses a line, what comes after it in the file is not read, and
 * the unit is refused; of a drop-in, only the rest is lost. Source: systemd 262, src/shared/conf-parser.c: config_parse(),
 * src/core/load-dropin.c: unit_load_dropin().
 */
export function readUnitFile(
  unit: UnitReading,
  context: ReadContext,
  isDropIn: boolean,
  file: UnitFile = { path: context.account.file, lines: context.account.lines },
): void {
  const { settings } = unit;
  unit.isOfUserManager ||= isOfUserManager(file.path);
  const isOfOther = isDropIn || isDropInPath(file.path);
  settings.isPartial ??= isOfOther;
  if (!isOfOther) settings.mainFile = typeOf(file.path);
  // Of a unit that is refused, no drop-in is read.
  const refusedAt = settings.isRefused ? 0 : readLines(unit, context, file);
  if (refusedAt === undefined) return;
  for (const { at } of file.lines) if (at.line > refusedAt) context.account.irrelevant(at.line, 'after_refusal');
  settings.isRefused = !isOfOther || refusedAt === 0;
}

/** The type of a unit, by the path of a file of it, or of a drop-in of all units of a type; undefined for a path without one. */
function typeOf(path: string): string | undefined {
  return TYPE.exec(path)?.[1];
}

/** The line at which systemd stops reading; undefined where it reads them all. */
function readLines(unit: UnitReading, context: ReadContext, { path, lines }: UnitFile): number | undefined {
  const { account } = context;
  const type = typeOf(path);
  let section: string | undefined;
  let isIgnored = false;
  const read = logicalLines(account, lines).map((line) => ({ line, found: readUnitLine(line) }));
  for (const { found } of read) if (found.kind === 'assignment') unit.settings.taken.add(found.key.text);
  for (const { line, found } of read) {
    switch (found.kind) {
      case 'blank':
        note(context, line, 'blank');
        break;
      case 'refused':
        for (const number of line.numbers) account.understood(number, 'not readable');
        account.warn(found.at.at, {
          code: 'refused-unit',
          message: `systemd refuses ${quote(found.at.text)}, and reads no further: ${found.why}`,
        });
        return line.numbers.at(-1);
      case 'section':
        isIgnored = !isKnownSection(found.name, type);
        section = isIgnored ? undefined : found.name;
        readHeader(found.name, found.at, line, isIgnored, context);
        break;
      case 'no-assignment':
      case 'assignment':
        if (section === undefined)
          outsideOfSection(found.kind === 'assignment' ? found.key : found.at, line, isIgnored, context);
        else if (found.kind === 'no-assignment') {
          for (const number of line.numbers) account.understood(number, 'not a setting');
          const message = 'systemd ignores this line: it has no "=" with a name before it';
          account.warn(found.at.at, { code: 'malformed', message });
        } else {
          readSetting(unit, section, found.key, found.value, line, context);
          if (unit.settings.isRefused) return line.numbers.at(-1);
        }
    }
  }
  return undefined;
}

/**
 * The settings of a unit after all of its files; undefined where systemd refuses a file. For comparing them with systemd's own.
 */
export function settingsOf(unit: UnitReading, contexts: readonly ReadContext[]): UnitSettings | undefined {
  for (const [i, context] of contexts.entries()) readUnitFile(unit, context, i > 0);
  return refusalOf(unit.settings) === undefined ? unit.settings : undefined;
}

/** What the units of the output of systemctl cat delegate. */
export function readUnitFiles(files: readonly UnitFile[], context: ReadContext): readonly Delegation[] {
  const units: UnitReading[] = [];
  for (const file of files) {
    const isDropIn = isDropInPath(file.path);
    const current = units.at(-1);
    const unit = isDropIn && current ? current : startUnit(unitName(file.path));
    if (unit !== current) units.push(unit);
    readUnitFile(unit, context, isDropIn, file);
  }
  return units.flatMap((unit) => finishUnit(unit, [context]));
}

/** `web.service` for `/etc/systemd/system/web.service`, and for a drop-in of it. */
export function unitName(file: string): string {
  const [, unit] = /([^/]+\.\w+)\.d\/[^/]*$/.exec(file) ?? [];
  return unit ?? file.slice(file.lastIndexOf('/') + 1);
}

/** What a unit delegates, after all of its files: `contexts` are theirs. */
export function finishUnit(unit: UnitReading, contexts: readonly ReadContext[]): readonly Delegation[] {
  const { settings, start, name } = unit;
  const mounted = mountUnitDelegation(name, settings, contexts);
  const found = mounted ? [mounted] : [];
  if (!start) return found;
  const own = contexts.find(({ account }) => account.file === start.file);
  if (unit.isOfUserManager && own) warnOfUserManager(start, own.account);
  else for (const context of contexts) warnOfUnit(settings, context);
  const made = unitDelegation(name, start, settings);
  const delegation = made && unit.isOfUserManager ? ofUserManager(made) : made;
  return delegation ? [...found, delegation] : found;
}

function note(
  { account }: ReadContext,
  { numbers }: LogicalLine,
  rule: 'blank' | 'other_section' | 'other_setting',
): void {
  for (const number of numbers) account.irrelevant(number, rule);
}

/** A line before the first section, or in one that is ignored. */
function outsideOfSection(text: PlacedText, line: LogicalLine, isIgnored: boolean, context: ReadContext): void {
  if (isIgnored) {
    note(context, line, 'other_section');
    return;
  }
  for (const number of line.numbers) context.account.understood(number, 'outside of a section');
  context.account.warn(text.at, {
    code: 'outside-section',
    message: 'systemd ignores an assignment before the first section',
  });
}

function isKnownSection(name: string, type: string | undefined): boolean {
  if (COMMON_SECTIONS.includes(name)) return true;
  return type === undefined
    ? Object.hasOwn(KNOWN_SETTINGS, name)
    : name === `${type[0]?.toUpperCase()}${type.slice(1)}`;
}

function readHeader(name: string, at: PlacedText, line: LogicalLine, isIgnored: boolean, context: ReadContext): void {
  const { account } = context;
  if (!isIgnored) {
    if (EXEC_SECTIONS.includes(name)) for (const number of line.numbers) account.understood(number, `[${name}]`);
    else note(context, line, 'other_section');
    return;
  }
  if (name.startsWith('X-')) {
    note(context, line, 'other_section');
    return;
  }
  const nearest = nearestOf(name, [...EXEC_SECTIONS, ...COMMON_SECTIONS]);
  const hint = nearest === undefined || nearest === name ? '' : `; did you mean [${nearest}]?`;
  for (const number of line.numbers) account.understood(number, 'unknown section');
  account.warn(at.at, {
    code: 'unknown-section',
    message: `systemd ignores the section ${quote(name)} here${hint}`,
    nearest,
  });
}

function readSetting(
  unit: UnitReading,
  section: string,
  key: PlacedText,
  value: PlacedText,
  line: LogicalLine,
  context: ReadContext,
): void {
  const { account, systemd } = context;
  const known = KNOWN_SETTINGS[section] ?? [];
  const name = key.text;
  if (!known.includes(name)) {
    if (name.startsWith('X-')) {
      note(context, line, 'other_setting');
      return;
    }
    for (const number of line.numbers) account.understood(number, 'unknown setting');
    account.warn(key.at, settingComplaint(unit.settings, section, key));
    return;
  }
  const setter = setterOf(section, name);
  if (!setter) {
    note(context, line, 'other_setting');
    return;
  }
  for (const number of line.numbers) account.understood(number, `${name}=`);
  if (systemd < FIRST_RELEASE && SINCE_FIRST.includes(name)) {
    const message = `systemd ${systemd} does not have ${name}=, which came with ${FIRST_RELEASE}, and ignores it`;
    account.warn(key.at, { code: 'setting-of-later-version', message });
    return;
  }
  if (isOfDelegation(name)) unit.start ??= key.at;
  assign(setter, unit.settings, key, value, context);
}
