import { nearestOf } from '../../names/nearest.js';
import { quote } from '../../names/unknown_name.js';
import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import type { PlacedText, Span } from '../source_text.js';
import { delegationKeys, INCUS, isTrue, LXD, type Manager } from './manager.js';
import { readManagerMasks } from './manager_mask.js';
import type { Setting } from './setting.js';

/** What an instance is, besides its settings. */
export interface Instance {
  readonly name: string;
  readonly at: Span;
  readonly isVirtualMachine: boolean;
}

/** Keys that decide about a delegation besides its own. */
const PRIVILEGED = 'security.privileged';

/** Whether a key of a manager says something of a delegation. */
export function isContainerKey(manager: Manager, key: string): boolean {
  return key === PRIVILEGED || delegationKeys(manager).includes(key);
}

/** Tells of a key that the manager does not have: it refuses it. True where the key was such. */
export function tellUnknownKey(manager: Manager, key: PlacedText, { account }: ReadContext): boolean {
  const other = manager === INCUS ? LXD : INCUS;
  if (key.text.startsWith(other.prefix)) {
    const message = `${manager.name} refuses ${quote(key.text)}: that is a key of ${other.name}`;
    account.warn(key.at, { code: 'key-of-other-tool', message });
    return true;
  }
  if (!key.text.startsWith(manager.prefix) || delegationKeys(manager).includes(key.text)) return false;
  const nearest = nearestOf(key.text, delegationKeys(manager));
  const hint = nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`;
  const fix = nearest === undefined ? undefined : [{ at: key.at, text: nearest }];
  account.warn(key.at, {
    code: 'unknown-key',
    message: `${manager.name} has no key ${quote(key.text)}${hint}`,
    nearest,
    fix,
  });
  return true;
}

/**
 * The delegation of an instance or a profile by its settings, of which a later one takes the place of an earlier; undefined for one
 * that says nothing about it.
 */
export function delegationOf(
  manager: Manager,
  instance: Instance,
  settings: readonly Setting[],
): Delegation | undefined {
  const byKey = new Map(settings.map((setting) => [setting.key.text, setting]));
  const own = settings.filter(({ key }) => delegationKeys(manager).includes(key.text));
  const [first] = own;
  if (!first) return undefined;
  const { masks, refused } = readManagerMasks(manager, byKey);
  const value = (key: string | undefined) => (key === undefined ? undefined : byKey.get(key)?.value.text);
  const isOn = manager.switchKey === undefined || isTrue(value(manager.switchKey));
  const isPrivileged = isTrue(value(PRIVILEGED));
  const unusable = whyUnusable(manager, instance, { isOn, isPrivileged, refused });
  const { key, context } = byKey.get(isPrivileged ? PRIVILEGED : (manager.switchKey ?? '')) ?? first;
  if (!isOn) {
    const message = `nothing is delegated without ${manager.switchKey}: "true"`;
    const indent = ' '.repeat(key.at.column - 1);
    const isYaml = context.account.lines[key.at.line - 1]?.text.startsWith(`${indent}${key.text}`);
    const line = { at: { ...key.at, length: 0 }, text: `${manager.switchKey}: "true"\n${indent}` };
    const fix = value(manager.switchKey) === undefined && isYaml ? [line] : undefined;
    context.account.warn(key.at, { code: 'switch-is-off', message, fix });
  } else if (isPrivileged) {
    context.account.warn(key.at, { code: 'privileged-container', message: `${unusable}` });
  }
  return {
    kind: 'bpffs',
    name: instance.name,
    at: instance.at,
    path: value(manager.pathKey) || '/sys/fs/bpf',
    masks,
    uid: undefined,
    gid: undefined,
    mode: undefined,
    owner: isPrivileged ? 'init' : 'own',
    process: undefined,
    // The manager gives a container a network namespace.
    network: 'own',
    unusable,
  };
}

interface Obstacles {
  readonly isOn: boolean;
  readonly isPrivileged: boolean;
  readonly refused: string | undefined;
}

function whyUnusable(
  manager: Manager,
  instance: Instance,
  { isOn, isPrivileged, refused }: Obstacles,
): string | undefined {
  if (instance.isVirtualMachine) return `a virtual machine has a kernel of its own: ${manager.name} mounts no bpffs`;
  if (!isOn) return `${manager.switchKey} is not true: ${manager.name} mounts no bpffs`;
  if (isPrivileged) {
    return manager === INCUS
      ? 'security.privileged is true: Incus mounts no bpffs for a privileged container'
      : 'security.privileged is true: the bpffs belongs to the initial user namespace, in which no token can be made (EOPNOTSUPP)';
  }
  return refused;
}
