import type { Position } from '../../diagnostics/diagnostics.js';
import type { SourceDocument } from '../../diagnostics/yaml_document.js';
import type { Path } from '../../diagnostics/yaml_locator.js';
import { quote } from '../../names/unknown_name.js';
import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { keyAt, readYaml, scalarAt } from '../read_yaml.js';
import { placesOf, type Source } from '../source_text.js';
import { type ConfigNode, configNodes, isMap } from './config_nodes.js';
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
  const files = sources.flatMap(({ source, context }) => readFile(manager, source, context));
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
    const message = `the profile ${quote(name)} is not among the files: what it sets is known only where --expanded printed this`;
    context.account.warn(places[i] ?? { line: 1, column: 1 }, { code: 'profile-not-given', message });
  }
}

function readFile(manager: Manager, source: Source, context: ReadContext): readonly ConfigFile[] {
  const { account } = context;
  const document = readYaml(source.text, `configuration of ${manager.name}`, account, true);
  if (!document) return [];
  const nodes = configNodes(document.data);
  if (!nodes) {
    account.fail(document.locator.value([]), `${manager.command} config show prints a map with the key config`);
    return [];
  }
  const fileName = source.file.slice(source.file.lastIndexOf('/') + 1);
  return nodes.map((node) => readNode(manager, document, node, fileName, context));
}

function readNode(
  manager: Manager,
  document: SourceDocument,
  { map, path, isProfile }: ConfigNode,
  fileName: string,
  context: ReadContext,
): ConfigFile {
  const { locator } = document;
  const own = readSettings(manager, document, map.config, [...path, 'config'], context);
  // What the instance sets itself stands in its own configuration, from which `expanded_config` is made.
  const ownByKey = new Map(own.map((setting) => [setting.key.text, setting]));
  const isExpanded = map.expanded_config !== undefined;
  const settings = isExpanded
    ? readSettings(manager, document, map.expanded_config, [...path, 'expanded_config'], context).map((setting) => {
        const given = ownByKey.get(setting.key.text);
        return given?.value.text === setting.value.text ? given : setting;
      })
    : own;
  const isInstance = isProfile === false || isExpanded || map.type !== undefined;
  const names = !isProfile && Array.isArray(map.profiles) ? map.profiles.map(String) : undefined;
  const name = typeof map.name === 'string' && map.name !== '' ? map.name : fileName;
  const at = { file: context.account.file, ...locator.key([...path, 'config']), length: 6 };
  return {
    instance: { name, at, isVirtualMachine: map.type === 'virtual-machine' },
    settings,
    profiles: names ?? (isInstance ? [] : undefined),
    places: (names ?? []).map((_, i) => locator.value([...path, 'profiles', i])),
    isExpanded,
    context,
  };
}

function readSettings(
  manager: Manager,
  document: SourceDocument,
  config: unknown,
  path: Path,
  context: ReadContext,
): readonly Setting[] {
  const { account } = context;
  const { locator } = document;
  if (config === undefined || config === null) return [];
  if (!isMap(config)) {
    account.warn(locator.value(path), { code: 'malformed', message: `${path.at(-1)} is a map of keys and values` });
    return [];
  }
  const names = new Set(Object.keys(config));
  return Object.entries(config).flatMap(([name, given]): Setting[] => {
    const key = keyAt(document, [...path, name], account);
    if (tellUnknownKey(manager, key, names, context)) {
      account.understood(key.at.line, 'unknown key');
      return [];
    }
    const value = scalarAt(document, [...path, name], given, account);
    for (const line of new Set([key.at.line, ...placesOf(value).map((place) => place.line)])) {
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
