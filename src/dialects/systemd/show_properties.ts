import { MASK_ANY } from '../../abi/bpf.js';
import { MASK_NAMES, type MaskName } from '../../kernel/masks.js';
import { quote } from '../../names/unknown_name.js';
import { maskOf, originsOf } from '../build_mask.js';
import { type BitOrigin, type DelegatedMask, EMPTY_MASK } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { type PlacedText, splitPlaced } from '../source_text.js';
import { systemdBit } from './bpf_names.js';
import { assignPaths, PATH_SETTINGS } from './bpffs_cover.js';
import type { CommandExtent } from './exec_start.js';
import { SETTING_OF_MASK } from './name_list.js';
import { assignFileSystems, assignFilter } from './syscall_filter.js';
import { extentOf } from './unit_process.js';
import { PRIVATE_USERS, type UnitSettings } from './unit_settings.js';
import { assignCapabilities, type NamespaceName, parseBoolean } from './values.js';

/** Bits of clone() by the namespace that they make (include/uapi/linux/sched.h). */
const CLONE: readonly (readonly [name: NamespaceName, flag: bigint])[] = [
  ['time', 0x80n],
  ['mnt', 0x2_0000n],
  ['cgroup', 0x200_0000n],
  ['uts', 0x400_0000n],
  ['ipc', 0x800_0000n],
  ['pid', 0x2000_0000n],
  ['net', 0x4000_0000n],
];

/** include/uapi/linux/securebits.h. */
const SECBIT_NOROOT = 1;

type Property = (settings: UnitSettings, value: PlacedText, context: ReadContext) => void;

/**
 * The part of the settings that a command gets, by the flags that systemd prints of it: `flags=no-setuid privileged`.
 * Source: systemd 262, src/shared/exec-util.c: exec_command_strings.
 */
function printedExtent(text: string): CommandExtent {
  const flags = / ; flags=([a-z -]*) ; /.exec(text)?.[1]?.split(' ') ?? [];
  return flags.includes('privileged') ? 'none' : flags.includes('no-setuid') ? 'no-user' : 'all';
}

/** A mask, as systemd prints it. A bit that systemd has no name for is printed as its number. */
function printedMask(mask: MaskName, value: PlacedText, { account }: ReadContext): DelegatedMask {
  if (value.text === 'any') return maskOf(originsOf(MASK_ANY, value), value.at);
  const origins: BitOrigin[] = [];
  for (const word of splitPlaced(value, ',').filter(({ text }) => text !== '')) {
    const bit = /^\d+$/.test(word.text) ? Number(word.text) : systemdBit(mask, word.text);
    if (bit !== undefined && bit < 64) origins.push(...originsOf(1n << BigInt(bit), word));
    else account.warn(word.at, { code: 'misspelt-name', message: `systemd 262 prints no ${quote(word.text)} here` });
  }
  return maskOf(origins, value.at);
}

/** The properties that decide, as systemd prints them: each once, values without defaults left out. */
export const SHOWN_PROPERTIES: Readonly<Record<string, Property>> = {
  PrivateBPF: (settings, { text }) => {
    settings.privateBpf = parseBoolean(text) ?? false;
  },
  ...Object.fromEntries(
    MASK_NAMES.map((mask): [string, Property] => [
      SETTING_OF_MASK[mask],
      (settings, value, context) => {
        settings.masks[mask] = value.text === '' ? EMPTY_MASK : printedMask(mask, value, context);
      },
    ]),
  ),
  DelegateNamespaces: (settings, { text }) => {
    const flags = /^\d+$/.test(text) ? BigInt(text) : MASK_ANY;
    if (flags === MASK_ANY) return;
    settings.delegateNamespaces = new Set(CLONE.filter(([, flag]) => (flags & flag) !== 0n).map(([name]) => name));
  },
  PrivateUsers: (settings, { text }) => {
    if (settings.privateUsers === 'no' && parseBoolean(text)) settings.privateUsers = 'self';
  },
  PrivateUsersEx: (settings, { text }) => {
    settings.privateUsers = PRIVATE_USERS.find((name) => name === text) ?? settings.privateUsers;
  },
  User: (settings, { text }) => {
    settings.user = text === '' ? undefined : text;
  },
  DynamicUser: (settings, { text }) => {
    settings.dynamicUser = parseBoolean(text) ?? false;
  },
  AmbientCapabilities: (settings, { text }) => {
    settings.ambient = assignCapabilities(text, 0n, 0n).set;
  },
  CapabilityBoundingSet: (settings, { text }) => {
    settings.bounding = assignCapabilities(text, 0n, 0n).set;
  },
  PrivateNetwork: (settings, { text }) => {
    settings.privateNetwork = parseBoolean(text) ?? false;
  },
  NetworkNamespacePath: (settings, { text }) => {
    settings.networkNamespacePath = text;
  },
  UserNamespacePath: (settings, { text }) => {
    settings.userNamespacePath = text;
  },
  PrivatePIDs: (settings, { text }) => {
    settings.privatePids = parseBoolean(text) ?? false;
  },
  SecureBits: (settings, { text }) => {
    settings.hasNoRoot = /^\d+$/.test(text) && (Number(text) & SECBIT_NOROOT) !== 0;
  },
  LoadState: (settings, { text }) => {
    settings.isRefused = text !== 'loaded';
  },
  SystemCallFilter: (settings, { text }) => {
    settings.filter = assignFilter(undefined, text);
  },
  RestrictFileSystems: (settings, { text }) => {
    settings.fileSystems = assignFileSystems(undefined, text);
  },
  // One line for each command. That the unit is loaded shows that it may have several: the one that gets most stands for them.
  ExecStartEx: (settings, { text }) => {
    const before = settings.commandsOf.get('ExecStart') ?? [];
    settings.commandsOf.set('ExecStart', [...before, printedExtent(text)]);
    settings.commandsOf.set('ExecStart', [extentOf(settings)]);
  },
  ...Object.fromEntries(
    PATH_SETTINGS.map((name): [string, Property] => [
      name,
      (settings, { text }) => void assignPaths(settings.paths, name, text),
    ]),
  ),
};
