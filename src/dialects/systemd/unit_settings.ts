import { MASK_NAMES, type MaskName } from '../../kernel/masks.js';
import { quote } from '../../names/unknown_name.js';
import { type DelegatedMask, EMPTY_MASK, masksBy } from '../delegation.js';
import type { LineAccount } from '../line_account.js';
import type { ReadContext } from '../read_context.js';
import type { PlacedText } from '../source_text.js';
import { readNameList, SETTING_OF_MASK } from './name_list.js';
import { assignCapabilities, assignNamespaces, INITIAL_BOUNDING, type NamespaceName, parseBoolean } from './values.js';

/** PrivateUsers=: which user namespace a unit gets. */
export const PRIVATE_USERS = ['no', 'self', 'identity', 'full', 'managed'] as const;
export type PrivateUsers = (typeof PRIVATE_USERS)[number];

/** What the settings of a unit say, after all of its files: systemd's own object, as far as it concerns a delegation. */
export interface UnitSettings {
  privateBpf: boolean;
  masks: Record<MaskName, DelegatedMask>;
  /** Undefined: the setting is not made. */
  delegateNamespaces: ReadonlySet<NamespaceName> | undefined;
  privateUsers: PrivateUsers;
  user: string | undefined;
  dynamicUser: boolean;
  ambient: bigint;
  bounding: bigint;
  privateNetwork: boolean;
  networkNamespacePath: string;
  userNamespacePath: string;
  /** Prefixes of the commands that are started: `+` for one that is started without any of this. */
  prefixes: readonly string[];
  /** Whether systemd stopped reading a file: the unit is refused where it was no drop-in. */
  isRefused: boolean;
  /** Where each setting was made last; undefined where it was not. */
  readonly places: Map<string, PlacedText>;
}

export function initialSettings(): UnitSettings {
  return {
    privateBpf: false,
    masks: masksBy((): DelegatedMask => EMPTY_MASK),
    delegateNamespaces: undefined,
    privateUsers: 'no',
    user: undefined,
    dynamicUser: false,
    ambient: 0n,
    bounding: INITIAL_BOUNDING,
    privateNetwork: false,
    networkNamespacePath: '',
    userNamespacePath: '',
    prefixes: [],
    isRefused: false,
    places: new Map(),
  };
}

type Setter = (settings: UnitSettings, value: PlacedText, context: ReadContext, key: PlacedText) => void;

/** Tells of a value that systemd ignores: what was before stays. */
function ignored({ account }: ReadContext, key: PlacedText, value: PlacedText, expected: string): void {
  const given = value.text === '' ? 'an empty value' : quote(value.text);
  const at = value.text === '' ? key.at : value.at;
  account.warn(at, { code: 'bad-value', message: `${key.text}: systemd ignores ${given}: ${expected} is expected` });
}

/** Tells of a value for which systemd refuses the file (-ENOEXEC). */
function refused(
  settings: UnitSettings,
  { account }: ReadContext,
  key: PlacedText,
  value: PlacedText,
  expected: string,
): void {
  const given = value.text === '' ? 'an empty value' : quote(value.text);
  const at = value.text === '' ? key.at : value.at;
  account.warn(at, {
    code: 'refused-unit',
    message: `${key.text}: systemd refuses ${given}, and reads no further: ${expected} is expected`,
  });
  settings.isRefused = true;
}

/** Names that systemd takes, with specifiers left open. Source: systemd 262, src/basic/user-util.c: valid_user_group_name(). */
function isUserName(text: string): boolean {
  if (text.includes('%')) return true;
  if (/^\d+$/.test(text)) return Number(text) < 0xffff_ffff && Number(text) !== 0xffff;
  return !/[:/\n\0]|^\s|\s$|^-|^\.{1,2}$/.test(text) && !/^[+-]?\d+$/.test(text);
}

function boolean(assign: (settings: UnitSettings, value: boolean) => void): Setter {
  return (settings, value, context, key) => {
    const found = parseBoolean(value.text);
    if (found === undefined) ignored(context, key, value, 'yes or no');
    else assign(settings, found);
  };
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

/** The settings that decide what a unit delegates, and to which process. */
const SETTERS: Readonly<Record<string, Setter>> = {
  PrivateBPF: boolean((settings, value) => {
    settings.privateBpf = value;
  }),
  ...Object.fromEntries(MASK_NAMES.map((name) => [SETTING_OF_MASK[name], mask(name)])),
  DelegateNamespaces: (settings, value, context, key) => {
    const found = assignNamespaces(value.text, settings.delegateNamespaces);
    if (found === null)
      ignored(context, key, value, 'yes, no, or names such as mnt, net, pid and cgroup, without user');
    else settings.delegateNamespaces = found;
  },
  PrivateUsers: (settings, value, context, key) => {
    const found = parseBoolean(value.text);
    const named = PRIVATE_USERS.find((name) => name === value.text);
    if (found !== undefined) settings.privateUsers = found ? 'self' : 'no';
    else if (named) settings.privateUsers = named;
    else ignored(context, key, value, `yes, ${PRIVATE_USERS.join(', ')}`);
  },
  User: (settings, value, context, key) => {
    if (value.text !== '' && !isUserName(value.text))
      refused(settings, context, key, value, 'the name or number of a user');
    else settings.user = value.text === '' ? undefined : value.text;
  },
  DynamicUser: (settings, value, context, key) => {
    const found = parseBoolean(value.text);
    if (found === undefined) refused(settings, context, key, value, 'yes or no');
    else settings.dynamicUser = found;
  },
  AmbientCapabilities: capabilitySet('ambient', 0n),
  CapabilityBoundingSet: capabilitySet('bounding', INITIAL_BOUNDING),
  PrivateNetwork: boolean((settings, value) => {
    settings.privateNetwork = value;
  }),
  NetworkNamespacePath: (settings, value) => {
    settings.networkNamespacePath = value.text;
  },
  UserNamespacePath: (settings, value) => {
    settings.userNamespacePath = value.text;
  },
  ExecStart: (settings, value) => {
    settings.prefixes = value.text === '' ? [] : [...settings.prefixes, /^[@\-:+!|]*/.exec(value.text)?.[0] ?? ''];
  },
};

/** Whether a setting decides something here. */
export function isUnitSetting(key: string): boolean {
  return Object.hasOwn(SETTERS, key) || Object.hasOwn(PATHS, key) || key === 'SystemCallFilter';
}

/** Makes an assignment, as systemd does. */
export function assign(settings: UnitSettings, key: PlacedText, value: PlacedText, context: ReadContext): void {
  SETTERS[key.text]?.(settings, value, context, key);
  settings.places.set(key.text, key);
  const effect = PATHS[key.text];
  if (effect !== undefined) warnOfPaths(key, value, effect, context.account);
  if (key.text === 'SystemCallFilter') warnOfFilter(key, value, context.account);
}

/** Settings that change what is seen at a path, and what a process meets at the bpffs then. */
const PATHS: Readonly<Record<string, string>> = {
  InaccessiblePaths: 'the bpffs cannot be opened (EACCES)',
  TemporaryFileSystem: 'a tmpfs hides the bpffs (EINVAL)',
  BindPaths: "the host's bpffs hides the unit's (EPERM)",
  BindReadOnlyPaths: "the host's bpffs hides the unit's (EPERM)",
};

function warnOfPaths(key: PlacedText, value: PlacedText, effect: string, account: LineAccount): void {
  const paths = value.text
    .split(/\s+/)
    .map((word) => (word.replace(/^[-+]+/, '').split(':')[0] ?? '').replace(/\/+$/, ''));
  const over = paths.find((path) => path.startsWith('/') && `/sys/fs/bpf/`.startsWith(`${path}/`));
  if (over === undefined) return;
  account.warn(key.at, { code: 'bpffs-is-hidden', message: `${key.text}: ${over} covers /sys/fs/bpf: ${effect}` });
}

/** bpf is in the set @privileged (systemd 262, src/shared/seccomp-util.c). */
const WITH_BPF = ['bpf', '@privileged', '@known'];

function warnOfFilter(key: PlacedText, value: PlacedText, account: LineAccount): void {
  if (value.text === '') return;
  const isDenied = value.text.startsWith('~');
  const words = value.text.replace(/^~/, '').split(/\s+/);
  const namesBpf = words.some((word) => WITH_BPF.includes(word.split(':')[0] ?? ''));
  if (isDenied !== namesBpf) return;
  const message = isDenied
    ? 'bpf() is filtered: the process is ended, or gets the errno of the filter before the kernel looks at a token'
    : 'the system calls that are allowed do not name bpf: where no other line does, bpf() is filtered before the kernel looks at a token';
  account.warn(key.at, { code: 'bpf-is-filtered', message: `SystemCallFilter: ${message}` });
}
