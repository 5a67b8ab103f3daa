import type { Path } from '../../diagnostics/yaml_locator.js';

/** A map of a document that describes an instance or a profile, and where it is. */
export interface ConfigNode {
  readonly map: Readonly<Record<string, unknown>>;
  readonly path: Path;
  /** Whether it is a profile by its place; undefined where its keys have to tell. */
  readonly isProfile: boolean | undefined;
}

/**
 * The instances and profiles of a document: one, as `config show` and `profile show` print it; a list, as `list --format yaml` and
 * `--format json` print it; the profiles of a preseed, as `admin init --dump` prints it; an instance with its profiles, as backup.yaml
 * has them. Undefined for any other document.
 */
export function configNodes(data: unknown): readonly ConfigNode[] | undefined {
  if (Array.isArray(data)) return nodesOfList(data, [], undefined);
  if (!isMap(data)) return undefined;
  const instance = ['instance', 'container'].find((key) => isMap(data[key]));
  const profiles = Array.isArray(data.profiles) && data.profiles.some(isMap) ? data.profiles : [];
  if (instance === undefined && profiles.length === 0) return [{ map: data, path: [], isProfile: undefined }];
  const map = instance === undefined ? undefined : data[instance];
  return [
    ...(instance !== undefined && isMap(map) ? [{ map, path: [instance], isProfile: false }] : []),
    ...nodesOfList(profiles, ['profiles'], true),
  ];
}

function nodesOfList(list: readonly unknown[], path: Path, isProfile: boolean | undefined): readonly ConfigNode[] {
  return list.flatMap((map, i) => (isMap(map) ? [{ map, path: [...path, i], isProfile }] : []));
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
