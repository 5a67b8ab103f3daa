import { certainSlip } from '../../names/certain_slip.js';
import { nearestOf } from '../../names/nearest.js';
import { quote } from '../../names/unknown_name.js';
import type { Delegation } from '../delegation.js';
import { maskOfWord } from '../mask_word.js';
import type { ReadContext } from '../read_context.js';
import type { PlacedText, Span } from '../source_text.js';
import { delegationKeys, INCUS, LXD, type Manager, PRIVILEGED, readBoolean } from './manager.js';
import { readManagerMasks } from './manager_mask.js';
import { warnOfRefusedValues } from './refused_values.js';
import { lackOfKeys } from './release.js';
import type { Setting } from './setting.js';
import { isFilterKey, warnOfFilter } from './syscall_filter.js';

/** What an instance is, besides its settings. */
export interface Instance {
  readonly name: string;
  readonly at: Span;
  readonly isVirtualMachine: boolean;
}

/** Keys with any name, or of something else that has bpf in its name. */
const FREE = /^(?:user|environment|image|volatile|cloud-init|linux|systemd|security\.syscalls)\./;

/** Whether a key of a manager says something of a delegation. */
export function isContainerKey(manager: Manager, key: string): boolean {
  return key === PRIVILEGED || isFilterKey(manager, key) || delegationKeys(manager).includes(key);
}

/**
 * Tells of a key that the manager, or its release, does not have: it refuses it. `taken` are the keys beside it, and those that
 * one is mended to. True where the key was such.
 */
export function tellUnknownKey(
  manager: Manager,
  key: PlacedText,
  taken: Set<string>,
  { account, manager: release }: ReadContext,
): boolean {
  const other = manager === INCUS ? LXD : INCUS;
  if (key.text.startsWith(other.prefix)) {
    const message = `${manager.name} refuses ${quote(key.text)}: that is a key of ${other.name}`;
    account.warn(key.at, { code: 'key-of-other-tool', message });
    return true;
  }
  const keys = delegationKeys(manager);
  if (keys.includes(key.text)) {
    const lack = release && lackOfKeys(manager, release);
    if (lack === undefined) return false;
    const message = `${manager.name} refuses ${quote(key.text)}: ${lack}`;
    account.warn(key.at, { code: 'setting-of-later-version', message });
    return true;
  }
  const slip = slipOfKey(manager, key.text);
  const nearest = slip ?? nearestOf(key.text.toLowerCase(), keys);
  const isMeant = nearest !== undefined && /bpf/i.test(key.text) && !FREE.test(key.text);
  if (!key.text.startsWith(manager.prefix) && !isMeant) return false;
  const hint = nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`;
  const fix = slip === undefined || taken.has(slip) ? undefined : [{ at: key.at, text: slip }];
  if (fix && slip !== undefined) taken.add(slip);
  account.warn(key.at, {
    code: 'unknown-key',
    message: `${manager.name} has no key ${quote(key.text)}${hint}`,
    nearest,
    fix,
  });
  return true;
}

/** The key of a delegation that a word can only be a slip of. */
function slipOfKey(manager: Manager, text: string): string | undefined {
  const [, word] = /^security\.(?:bpffs\.delegate_|delegate_bpf\.)(.*)$/i.exec(text) ?? [];
  const mask = word === undefined || !text.startsWith(manager.prefix) ? undefined : maskOfWord(word);
  return mask ? manager.keys[mask] : certainSlip(text, delegationKeys(manager));
}

/**
 * The delegation of an instance or a profile by its settings, of which a later one takes the place of an earlier; undefined for one
 * that says nothing about it. Neither manager stores an empty value: one changes nothing.
 */
export function delegationOf(
  manager: Manager,
  instance: Instance,
  settings: readonly Setting[],
): Delegation | undefined {
  const stored = settings.filter(({ value }) => value.text !== '');
  const byKey = new Map(stored.map((setting) => [setting.key.text, setting]));
  const first = stored.find(({ key }) => delegationKeys(manager).includes(key.text));
  if (!first) return undefined;
  const refusedValue = warnOfRefusedValues(manager, byKey);
  const { masks, refused: refusedMask } = readManagerMasks(manager, byKey);
  warnOfFilter(manager, byKey);
  const value = (key: string | undefined) => (key === undefined ? undefined : byKey.get(key)?.value.text);
  const isPrivileged = readBoolean(value(PRIVILEGED) ?? 'false') === true;
  const obstacle = obstacleOf(manager, instance, byKey, isPrivileged);
  if (obstacle && !refusedValue) warnOfObstacle(manager, obstacle, first);
  return {
    kind: 'bpffs',
    name: instance.name,
    at: instance.at,
    path: value(manager.pathKey) ?? '/sys/fs/bpf',
    masks,
    uid: undefined,
    gid: undefined,
    mode: undefined,
    owner: isPrivileged ? 'init' : 'own',
    process: undefined,
    // The manager gives a container a network namespace.
    network: 'own',
    unusable: refusedValue ?? obstacle?.message ?? refusedMask,
  };
}

/** Why an instance has no bpffs that a token can be made of, whatever its masks are. */
interface Obstacle {
  readonly code: 'virtual-machine' | 'switch-is-off' | 'privileged-container';
  readonly message: string;
  /** The setting that decides it; undefined for one that is missing. */
  readonly setting: Setting | undefined;
}

function obstacleOf(
  { name, switchKey }: Manager,
  { isVirtualMachine }: Instance,
  settings: ReadonlyMap<string, Setting>,
  isPrivileged: boolean,
): Obstacle | undefined {
  if (isVirtualMachine) {
    const message = `a virtual machine has a kernel of its own: ${name} mounts no bpffs, and refuses the key in its own configuration`;
    return { code: 'virtual-machine', message, setting: undefined };
  }
  const setting = switchKey === undefined ? undefined : settings.get(switchKey);
  if (switchKey !== undefined && readBoolean(setting?.value.text ?? '') !== true) {
    return { code: 'switch-is-off', message: `${switchKey} is not true: ${name} mounts no bpffs`, setting };
  }
  if (!isPrivileged) return undefined;
  const message =
    name === 'Incus'
      ? 'security.privileged is true: Incus mounts no bpffs for a privileged container'
      : 'security.privileged is true: the bpffs belongs to the initial user namespace, in which no token can be made (EOPNOTSUPP)';
  return { code: 'privileged-container', message, setting: settings.get(PRIVILEGED) };
}

/** Warns at the setting that decides, or at the first that has no effect. */
function warnOfObstacle({ switchKey }: Manager, { code, message, setting }: Obstacle, first: Setting): void {
  const { key, context } = setting ?? first;
  if (code !== 'switch-is-off') {
    context.account.warn(key.at, { code, message });
    return;
  }
  const indent = ' '.repeat(key.at.column - 1);
  const { lines } = context.account;
  const isYaml = lines[key.at.line - 1]?.text.startsWith(`${indent}${key.text}`);
  // In braces, keys are separated by commas.
  const isInBraces = lines.slice(0, key.at.line).some(({ text }) => text.includes('{'));
  const line = { at: { ...key.at, length: 0 }, text: `${switchKey}: "true"\n${indent}` };
  const fix = setting === undefined && isYaml && !isInBraces ? [line] : undefined;
  context.account.warn(key.at, { code, message: `nothing is delegated without ${switchKey}: "true"`, fix });
}
