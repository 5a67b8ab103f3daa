import type { Position } from '../../diagnostics/diagnostics.js';
import type { SourceDocument } from '../../diagnostics/yaml_document.js';
import { quote } from '../../names/unknown_name.js';
import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { readYaml, scalarAt } from '../read_yaml.js';
import type { Source } from '../source_text.js';
import type { Manager } from './manager.js';
import type { Setting } from './setting.js';
import { delegationOf, type Instance, isContainerKey, tellUnknownKey } from './settings.js';

/** A file of an instance or a profile. */
interface ConfigFile {
  readonly instance: Instance;
  readonly settings: readonly Setting[];
  /** Names of the profiles of an instance, in order; undefined for a profile. */
  readonly profiles: readonly string[] | undefined;
  /** Where each of them stands. */
  readonly places: readonly Position[];
  /** Whether the profiles are in it already, as `--expanded` prints them. */
  readonly isExpanded: boolean;
  readonly context: ReadContext;
}

/**
 * Reads an instance with its profiles, or a profile alone, as `config show` and `profile show` print them. The keys of the profiles come
 * first, in their order, and those of the instance take their place. Source: Incus 7.0, internal/server/db/profiles.go:
 * ExpandInstanceConfig().
 */
export function readConfig(
  manager: Manager,
  sources: readonly { readonly source: Source; readonly context: ReadContext }[],
): readonly Delegation[] {
  const files = sources.flatMap(({ source, context }) => readFile(manager, source, context) ?? []);
  const profiles = new Map(files.flatMap((file) => (file.profiles ? [] : [[file.instance.name, file] as const])));
  const instances = files.filter((file) => file.profiles);
  const used = new Set(instances.flatMap((file) => file.profiles ?? []));
  return files.flatMap((file) => {
    if (!file.profiles) {
      const alone = used.has(file.instance.name) ? undefined : delegationOf(manager, file.instance, file.settings);
      return alone ?? [];
    }
    if (!file.isExpanded) tellMissingProfiles(file, profiles);
    const inherited = file.isExpanded ? [] : file.profiles.flatMap((name) => profiles.get(name)?.settings ?? []);
    return delegationOf(manager, file.instance, [...inherited, ...file.settings]) ?? [];
  });
}

/** A profile that an instance names, and that is not among the files. Every instance has `default`. */
function tellMissingProfiles(
  { profiles = [], context, places }: ConfigFile,
  known: ReadonlyMap<string, ConfigFile>,
): void {
  for (const [i, name] of profiles.entries()) {
    if (known.has(name) || name === 'default') continue;
    const message = `the profile ${quote(name)} is not among the files: what it sets is not known`;
    context.account.warn(places[i] ?? { line: 1, column: 1 }, { code: 'profile-not-given', message });
  }
}

function readFile(manager: Manager, source: Source, context: ReadContext): ConfigFile | undefined {
  const { account } = context;
  const document = readYaml(source.text, `configuration of ${manager.name}`, account);
  if (!document) return undefined;
  const { data, locator } = document;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    account.fail(locator.value([]), `${manager.command} config show prints a map with the key config`);
    return undefined;
  }
  const map = data as Readonly<Record<string, unknown>>;
  const settings = readSettings(manager, document, map.config, context);
  const names = Array.isArray(map.profiles) ? map.profiles.map(String) : undefined;
  const name =
    typeof map.name === 'string' && map.name !== '' ? map.name : source.file.slice(source.file.lastIndexOf('/') + 1);
  const isExpanded = map.expanded_config !== undefined;
  const at = { file: account.file, ...locator.key(['config']), length: 6 };
  const isVirtualMachine = map.type === 'virtual-machine';
  const expanded = isExpanded
    ? readSettings(manager, document, map.expanded_config, context, 'expanded_config')
    : settings;
  const places = (names ?? []).map((_, i) => locator.value(['profiles', i]));
  return { instance: { name, at, isVirtualMachine }, settings: expanded, profiles: names, places, isExpanded, context };
}

function readSettings(
  manager: Manager,
  document: SourceDocument,
  config: unknown,
  context: ReadContext,
  section = 'config',
): readonly Setting[] {
  const { account } = context;
  const { locator } = document;
  if (config === undefined || config === null) return [];
  if (typeof config !== 'object' || Array.isArray(config)) {
    account.warn(locator.value([section]), { code: 'malformed', message: `${section} is a map of keys and values` });
    return [];
  }
  return Object.entries(config).flatMap(([name, given]): Setting[] => {
    const place = { file: account.file, ...locator.key([section, name]) };
    const key = { text: name, at: { ...place, length: name.length } };
    if (tellUnknownKey(manager, key, context)) {
      account.understood(place.line, 'unknown key');
      return [];
    }
    const value = scalarAt(document, [section, name], given, account);
    for (let line = place.line; line <= value.at.line; line++) {
      if (isContainerKey(manager, name)) account.understood(line, name);
      else account.irrelevant(line, 'other_setting');
    }
    if (!isContainerKey(manager, name)) return [];
    if (typeof given === 'object' && given !== null) {
      account.warn(value.at, { code: 'malformed', message: `${quote(name)} has one value` });
      return [];
    }
    return [{ key, value: { ...value, text: given === null ? '' : value.text }, context }];
  });
}
