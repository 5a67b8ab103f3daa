/**
 * The folders of the drop-ins of a unit: those of its name, of its template, of each start of the name up to a dash, and of its type. Of
 * two files of one name, that of the earlier folder is read. Seen with systemd 262 (`systemd --test`).
 */
export function dropInFolders(unit: string): readonly string[] {
  const [, prefix = '', instance, type = ''] = /^(.*?)(@.*)?\.(\w+)$/.exec(unit) ?? [];
  const names = new Set<string>();
  addNames(prefix, instance, names);
  return [...[...names].map((name) => `${name}.${type}.d`), `${type}.d`];
}

function addNames(prefix: string, instance: string | undefined, names: Set<string>): void {
  names.add(prefix + (instance ?? ''));
  if (instance !== undefined && instance !== '@') addNames(prefix, '@', names);
  const dash = prefix.lastIndexOf('-', prefix.length - 2);
  // A template has those of names without an instance.
  if (dash > 0) addNames(prefix.slice(0, dash + 1), instance === '@' ? undefined : instance, names);
}
