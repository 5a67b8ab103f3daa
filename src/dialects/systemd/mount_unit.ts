import type { Delegation } from '../delegation.js';
import { readBpffsOptions } from '../mount/bpffs_options.js';
import { mountDelegation } from '../mount/mount_delegation.js';
import { splitOptions } from '../mount/option_list.js';
import type { ReadContext } from '../read_context.js';
import type { PlacedText } from '../source_text.js';
import { BPFFS_PATH } from './bpffs_cover.js';
import type { UnitSettings } from './unit_settings.js';

/**
 * The bpffs that a mount unit mounts; undefined for another file system. systemd starts mount(8) with its options: the bpffs belongs
 * to the initial user namespace. Source: systemd 262, src/core/mount.c: mount_set_mount_command().
 */
export function mountUnitDelegation(
  name: string,
  settings: UnitSettings,
  contexts: readonly ReadContext[],
): Delegation | undefined {
  const { mount, isRefused } = settings;
  const { type, options } = mount;
  if (type?.text !== 'bpf') return undefined;
  const contextOf = ({ at }: PlacedText) => contexts.find(({ account }) => account.file === at.file);
  const context = contextOf(options ?? type);
  if (!context) return undefined;
  const list = options ? splitOptions(options, { quotes: true }) : [];
  const read = readBpffsOptions(list, 'given', context);
  const path = simplified(mount.where?.text ?? pathOfName(name) ?? '');
  const refusal = isRefused ? 'a line cannot be read' : refusalOf(name, path, settings);
  if (refusal !== undefined && !isRefused) {
    const at = mount.where ?? type;
    const message = `systemd refuses the unit: ${refusal}`;
    contextOf(at)?.account.warn(at.at, { code: 'refused-unit', message });
  }
  return mountDelegation({
    placed: options ?? type,
    path: path === '' ? undefined : path,
    settings: read,
    owner: 'init',
    unusable: refusal === undefined ? undefined : `systemd refuses the unit: ${refusal}`,
  });
}

/** Why systemd does not load a mount unit. Source: systemd 262, src/core/mount.c: mount_verify(). */
function refusalOf(name: string, path: string, { mount, mainFile }: UnitSettings): string | undefined {
  const hasSpecifier = /%[^%]/.test(mount.where?.text ?? '');
  if (name.endsWith('.mount') && path !== '' && !hasSpecifier && nameOfPath(path) !== name) {
    return `Where= has to be the path that the name of the unit stands for: ${nameOfPath(path)} is that of ${path}`;
  }
  if (path === BPFFS_PATH) return `${BPFFS_PATH} is mounted by systemd itself`;
  return mainFile === 'mount' && mount.what === undefined ? 'What= is missing' : undefined;
}

/** A path without repeated slashes, single dots, and a slash at its end. */
function simplified(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return path.startsWith('/') ? `/${parts.join('/')}` : path;
}

/** The name of the mount unit of a path. Source: systemd 262, src/basic/unit-name.c: unit_name_from_path(). */
function nameOfPath(path: string): string {
  const bytes = new TextEncoder().encode(path.replace(/^\//, ''));
  const escaped = Array.from(bytes, (byte, i) => {
    const unit = String.fromCharCode(byte);
    if (unit === '/') return '-';
    const isPlain = /[A-Za-z0-9:_]/.test(unit) || (unit === '.' && i > 0);
    return isPlain ? unit : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `${path === '/' ? '-' : escaped.join('')}.mount`;
}

/** The path that the name of a mount unit stands for. */
function pathOfName(name: string): string | undefined {
  if (!name.endsWith('.mount')) return undefined;
  const text = name.slice(0, -'.mount'.length);
  if (text === '-') return '/';
  const parts = text.replace(/-/g, '/').split(/\\x([0-9a-f]{2})/i);
  const bytes = parts.flatMap((part, i) =>
    i % 2 === 1 ? [Number.parseInt(part, 16)] : [...new TextEncoder().encode(part)],
  );
  return `/${new TextDecoder().decode(new Uint8Array(bytes))}`;
}
