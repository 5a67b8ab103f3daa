import { quote } from '../../names/unknown_name.js';
import type { ReadContext } from '../read_context.js';
import type { PlacedText } from '../source_text.js';
import { setterOf, userOrGroup } from './assign_setting.js';
import { assignPaths, PATH_SETTINGS, pathSettingOf } from './bpffs_cover.js';
import { refused, type Setter } from './setter.js';
import type { UnitSettings } from './unit_settings.js';
import { ALL_CAPABILITIES, assignNamespaces, capabilityWords } from './values.js';

/** A set of capabilities takes the place of the one before; words that are no capability are left out without a word. */
function capabilitySet(name: 'ambient' | 'bounding'): Setter {
  return (settings, { text, at }, { account }, key) => {
    const isInverted = text.startsWith('~');
    const { set, unknown } = capabilityWords(isInverted ? text.slice(1) : text);
    settings[name] = isInverted ? ALL_CAPABILITIES & ~set : set;
    if (unknown.length > 0) {
      const message = `${key.text}: systemd-run leaves out ${unknown.map(quote).join(', ')}: no capability`;
      account.warn(at, { code: 'bad-value', message });
    }
    return undefined;
  };
}

/**
 * Properties that are not read as the settings of a file are. Source: systemd 262, src/shared/bus-unit-util.c:
 * bus_append_namespace_list(), bus_append_capabilities(); src/core/dbus-execute.c: bus_exec_context_set_transient_property().
 */
const PROPERTIES: Readonly<Record<string, Setter>> = {
  // An empty value is a set without namespaces: a user namespace is made.
  DelegateNamespaces: (settings, value) => {
    const found = value.text === '' ? new Set<never>() : assignNamespaces(value.text, undefined, 'property');
    if (!found) return refused('yes, no, or names such as mnt, net, pid and cgroup');
    settings.delegateNamespaces = found;
    return undefined;
  },
  User: userOrGroup('user', 'property'),
  Group: userOrGroup('group', 'property'),
  AmbientCapabilities: capabilitySet('ambient'),
  CapabilityBoundingSet: capabilitySet('bounding'),
  KillMode: (settings, value, context, key) =>
    value.text === ''
      ? refused('control-group, process, mixed or none')
      : ofFile('KillMode')?.(settings, value, context, key),
  ...Object.fromEntries(
    PATH_SETTINGS.map((name): [string, Setter] => [
      name,
      ({ paths }, { text }) => (assignPaths(paths, name, text).length > 0 ? refused('absolute paths') : undefined),
    ]),
  ),
};

/** What a property does; undefined for one that decides nothing here. */
function setterOfProperty(key: string): Setter | undefined {
  return Object.hasOwn(PROPERTIES, key) ? PROPERTIES[key] : ofFile(key);
}

/** The setter of the setting of that name. */
function ofFile(key: string): Setter | undefined {
  return setterOf('Service', key) ?? setterOf('Unit', key);
}

/**
 * Makes an assignment of systemd-run: a value takes the place of the one before but for lists of paths, commands and filters. Answers
 * what is expected in place of a value for which the whole call is refused.
 */
export function assignProperty(
  settings: UnitSettings,
  key: PlacedText,
  value: PlacedText,
  context: ReadContext,
): string | undefined {
  const bad = setterOfProperty(key.text)?.(settings, value, context, key);
  settings.places.set(pathSettingOf(key.text), key);
  return bad?.expected;
}
