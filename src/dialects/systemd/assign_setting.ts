import { MASK_NAMES, type MaskName } from '../../kernel/masks.js';
import { quote } from '../../names/unknown_name.js';
import type { ReadContext } from '../read_context.js';
import type { PlacedText, Span } from '../source_text.js';
import { assignPaths, PATH_SETTINGS, pathSettingOf } from './bpffs_cover.js';
import { SOCKET_COMMANDS } from './command_setters.js';
import { MOUNT_SETTERS } from './mount_setters.js';
import { readNameList, SETTING_OF_MASK } from './name_list.js';
import { SERVICE_SETTERS, UNIT_SETTERS } from './service_setters.js';
import { booleanSetter, ignored, refused, type Setter } from './setter.js';
import { hasInstance, replaceKnownSpecifiers, replaceSpecifiers } from './specifiers.js';
import { assignFileSystems, assignFilter } from './syscall_filter.js';
import { PRIVATE_USERS, TAKEN_BY, type UnitSettings } from './unit_settings.js';
import { assignCapabilities, assignNamespaces, INITIAL_BOUNDING, parseBoolean, unquotedWords } from './values.js';

/** Values of KillMode=. */
const KILL_MODES = ['control-group', 'process', 'mixed', 'none'];

/** Names that systemd takes. Source: systemd 262, src/basic/user-util.c: valid_user_group_name(). */
function isUserName(name: string | undefined): boolean {
  if (name === undefined || name === '') return false;
  // A number in decimal, without a sign or a leading zero.
  if (/^(?:0|[1-9]\d*)$/.test(name)) return Number(name) < 0xffff_ffff && Number(name) !== 0xffff;
  const hasControl = [...name].some((unit) => unit < ' ' || unit === '\x7f');
  return !hasControl && !/[:/]|^ | $|^\.{1,2}$|^-?\d*$/.test(name);
}

function capabilitySet(name: 'ambient' | 'bounding', initial: bigint): Setter {
  return (settings, value, context, key) => {
    const { set, unknown } = assignCapabilities(value.text, initial, settings[name]);
    settings[name] = set;
    if (unknown.length > 0) {
      const message = `${key.text}: systemd leaves out ${unknown.map(quote).join(', ')}: no capability`;
      context.account.warn(value.at, { code: 'bad-value', message });
    }
  };
}

/** A user or a group; the settings of a file have specifiers, and properties have none. */
export function userOrGroup(name: 'user' | 'group', from: 'file' | 'property'): Setter {
  return (settings, { text, at }) => {
    const isOfFile = from === 'file';
    const isTaken = text === '' || isUserName(isOfFile ? replaceSpecifiers(text, hasInstance(at.file)) : text);
    if (!isTaken) return refused(`the name or number of a ${name}`);
    settings[name] = text === '' ? undefined : isOfFile ? replaceKnownSpecifiers(text) : text;
    return undefined;
  };
}

/** A path that is left out where it is not absolute. What a specifier stands for at the start is not known. */
function absolutePath(assignPath: (settings: UnitSettings, path: string) => void): Setter {
  return (settings, value) => {
    if (value.text === '' || /^(?:\/|%[^%])/.test(value.text)) assignPath(settings, value.text);
    else return ignored('an absolute path');
  };
}

/** A root of its own, for which systemd refuses the unit where the path is not absolute. */
function rootPath(name: string): Setter {
  return ({ roots }, { text }) => {
    const path = replaceSpecifiers(text, true);
    const isTaken = text === '' || path?.startsWith('/') || (path !== undefined && /^%[^%]/.test(text));
    if (!isTaken) return refused('an absolute path');
    if (/^\/*$/.test(text)) roots.delete(name);
    else roots.add(name);
    return undefined;
  };
}

/** A mask: a later assignment replaces an earlier one, even where none of its names is known. */
function mask(name: MaskName): Setter {
  return (settings, value, context, key) => {
    const before = settings.masks[name];
    if (before.bits !== 0n && before.at && value.text !== '') {
      const message = `${key.text}: this takes the place of the value on line ${before.at.line}${before.at.file === value.at.file ? '' : ` of ${before.at.file}`}: nothing is added to it`;
      context.account.warn(key.at, { code: 'later-assignment-replaces', message });
    }
    settings.masks[name] = readNameList(name, value, context);
  };
}

/** The settings that decide what a unit delegates, and to which process: those of every section with a process. */
const PROCESS_SETTERS: Readonly<Record<string, Setter>> = {
  PrivateBPF: booleanSetter((settings, value) => {
    settings.privateBpf = value;
  }),
  ...Object.fromEntries(MASK_NAMES.map((name) => [SETTING_OF_MASK[name], mask(name)])),
  DelegateNamespaces: (settings, value) => {
    const found = assignNamespaces(value.text, settings.delegateNamespaces);
    if (found === null) return ignored('yes, no, or names such as mnt, net, pid and cgroup, without user');
    else settings.delegateNamespaces = found;
  },
  PrivateUsers: (settings, value) => {
    const found = parseBoolean(value.text);
    const named = PRIVATE_USERS.find((name) => name === value.text);
    if (found !== undefined) settings.privateUsers = found ? 'self' : 'no';
    else if (named) settings.privateUsers = named;
    else return ignored(`yes, ${PRIVATE_USERS.join(', ')}`);
  },
  User: userOrGroup('user', 'file'),
  DynamicUser: (settings, value) => {
    const found = parseBoolean(value.text);
    if (found === undefined) return refused('yes or no');
    else settings.dynamicUser = found;
  },
  AmbientCapabilities: capabilitySet('ambient', 0n),
  CapabilityBoundingSet: capabilitySet('bounding', INITIAL_BOUNDING),
  PrivateNetwork: booleanSetter((settings, value) => {
    settings.privateNetwork = value;
  }),
  NetworkNamespacePath: absolutePath((settings, path) => {
    settings.networkNamespacePath = path;
  }),
  UserNamespacePath: absolutePath((settings, path) => {
    settings.userNamespacePath = path;
  }),
  KillMode: (settings, value) => {
    if (value.text === '' || KILL_MODES.includes(value.text)) settings.killMode = value.text;
    else return ignored(KILL_MODES.join(', '));
  },
  Group: userOrGroup('group', 'file'),
  SupplementaryGroups: (_, value) => {
    const words = value.text.split(/[ \t]+/).filter((word) => word !== '');
    const isName = (word: string) => isUserName(replaceSpecifiers(word, hasInstance(value.at.file)));
    return words.every(isName) ? undefined : refused('names or numbers of groups');
  },
  RootDirectory: rootPath('RootDirectory'),
  RootImage: rootPath('RootImage'),
  PAMName: (settings, value) => {
    settings.pamName = value.text;
  },
  SecureBits: (settings, value) => {
    settings.hasNoRoot = unquotedWords(value.text).includes('noroot');
  },
  PrivatePIDs: booleanSetter((settings, value) => {
    settings.privatePids = value;
  }),
  ...Object.fromEntries(
    Object.keys(TAKEN_BY).map((name) => [
      name,
      booleanSetter((settings, value) => {
        if (value) settings.withoutCapabilities.add(name);
        else settings.withoutCapabilities.delete(name);
      }),
    ]),
  ),
  WorkingDirectory: (settings, value) => {
    const path = value.text.replace(/^-/, '');
    if (value.text === '') settings.workingDirectory = undefined;
    else if (path === '~' || replaceSpecifiers(path, true)?.startsWith('/') || /^%[^%]/.test(path)) {
      settings.workingDirectory = path;
    } else if (value.text.startsWith('-')) return ignored('an absolute path');
    else return refused('an absolute path');
  },
  SystemCallFilter: (settings, value) => {
    settings.filter = assignFilter(settings.filter, value.text);
  },
  RestrictFileSystems: (settings, value) => {
    settings.fileSystems = assignFileSystems(settings.fileSystems, value.text);
  },
  ...Object.fromEntries(
    PATH_SETTINGS.map((name): [string, Setter] => [
      name,
      (settings, value, { account }) => {
        const left = assignPaths(settings.paths, name, value.text);
        if (left.length === 0) return;
        const message = `${name}: systemd leaves out ${left.map(quote).join(', ')}: an absolute path is expected`;
        account.warn(value.at, { code: 'bad-value', message });
      },
    ]),
  ),
};

/** The settings of each section that decide something here. */
const SETTERS: Readonly<Record<string, Readonly<Record<string, Setter>>>> = {
  Unit: UNIT_SETTERS,
  Service: { ...PROCESS_SETTERS, ...SERVICE_SETTERS },
  Socket: { ...PROCESS_SETTERS, ...SOCKET_COMMANDS },
  Mount: { ...PROCESS_SETTERS, ...MOUNT_SETTERS },
  Swap: PROCESS_SETTERS,
};

/** What a setting does; undefined for one that decides nothing here. */
export function setterOf(section: string, key: string): Setter | undefined {
  const setters = Object.hasOwn(SETTERS, section) ? (SETTERS[section] ?? {}) : {};
  return Object.hasOwn(setters, key) ? setters[key] : undefined;
}

/** The place of a value, and how messages name it. */
export function namedValue(key: PlacedText, value: PlacedText): { readonly at: Span; readonly name: string } {
  return value.text === '' ? { at: key.at, name: 'an empty value' } : { at: value.at, name: quote(value.text) };
}

/** Makes an assignment of a file, as systemd does. */
export function assign(
  setter: Setter,
  settings: UnitSettings,
  key: PlacedText,
  value: PlacedText,
  context: ReadContext,
): void {
  const bad = setter(settings, value, context, key);
  settings.places.set(pathSettingOf(key.text), key);
  if (!bad) return;
  const { at, name } = namedValue(key, value);
  const isRefused = bad.kind === 'refused';
  const effect = isRefused ? `systemd refuses ${name}, and reads no further` : `systemd ignores ${name}`;
  const message = `${key.text}: ${effect}: ${bad.expected} is expected`;
  context.account.warn(at, { code: isRefused ? 'refused-unit' : 'bad-value', message });
  if (isRefused) settings.isRefused = true;
}
