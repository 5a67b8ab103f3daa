import { MASK_ANY } from '../../abi/bpf.js';
import { MASK_NAMES } from '../../kernel/masks.js';
import { quote } from '../../names/unknown_name.js';
import { maskOf, originsOf } from '../build_mask.js';
import type { BitOrigin, Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { type PlacedText, piece, splitPlaced } from '../source_text.js';
import { systemdBit } from './bpf_names.js';
import { assignPaths, PATH_SETTINGS } from './bpffs_cover.js';
import { isOfDelegation, SETTING_OF_MASK } from './name_list.js';
import { startUnit, type UnitReading } from './read_unit.js';
import { assignFilter } from './syscall_filter.js';
import { unitDelegation } from './unit_delegation.js';
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

/** The properties that decide, as systemd prints them: each once, values without defaults left out. */
const PROPERTIES: Readonly<Record<string, Property>> = {
  PrivateBPF: (settings, { text }) => {
    settings.privateBpf = parseBoolean(text) ?? false;
  },
  ...Object.fromEntries(
    MASK_NAMES.map((mask): [string, Property] => [
      SETTING_OF_MASK[mask],
      (settings, value, context) => {
        const origins: BitOrigin[] = [];
        if (value.text === 'any') origins.push(...originsOf(MASK_ANY, value));
        else {
          for (const word of splitPlaced(value, ',').filter(({ text }) => text !== '')) {
            // A bit that systemd has no name for is printed as its number.
            const bit = /^\d+$/.test(word.text) ? Number(word.text) : systemdBit(mask, word.text);
            if (bit !== undefined && bit < 64) origins.push(...originsOf(1n << BigInt(bit), word));
            else
              context.account.warn(word.at, {
                code: 'misspelt-name',
                message: `systemd 262 prints no ${quote(word.text)} here`,
              });
          }
        }
        settings.masks[mask] = maskOf(origins, value.at);
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
  ...Object.fromEntries(
    PATH_SETTINGS.map((name): [string, Property] => [
      name,
      (settings, { text }) => void assignPaths(settings.paths, name, text),
    ]),
  ),
};

/**
 * Reads `systemctl show`: properties of one unit, or of several with an empty line between them. What a property does not say is not
 * known: `-p` leaves out the others. Source: systemd 262, src/shared/bus-print-properties.c.
 */
export function readShow(context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const delegations: Delegation[] = [];
  let unit: UnitReading | undefined;
  const finish = () => {
    const delegation = unit?.start && unitDelegation(unit.name, unit.start, unit.settings);
    if (delegation) delegations.push(delegation);
    unit = undefined;
  };
  for (const line of account.lines) {
    const number = line.at.line;
    if (line.text.trim() === '') {
      account.irrelevant(number, 'blank');
      finish();
      continue;
    }
    const equals = line.text.indexOf('=');
    const key = line.text.slice(0, Math.max(equals, 0));
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(key)) {
      // A value of several lines goes on here.
      account.irrelevant(number, 'other_text');
      continue;
    }
    unit ??= startUnit('unit');
    const value = piece(line, equals + 1);
    if (key === 'Id') {
      account.understood(number, 'Id');
      unit = { ...unit, name: value.text };
    } else if (Object.hasOwn(PROPERTIES, key)) {
      account.understood(number, key);
      if (isOfDelegation(key)) unit.start ??= line.at;
      (PROPERTIES[key] as Property)(unit.settings, value, context);
    } else account.irrelevant(number, 'other_setting');
  }
  finish();
  return delegations;
}
