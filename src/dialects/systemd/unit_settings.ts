import type { CapabilityName } from '../../abi/capabilities.js';
import { type MaskName, masksBy } from '../../kernel/masks.js';
import { type DelegatedMask, EMPTY_MASK } from '../delegation.js';
import type { PlacedText } from '../source_text.js';
import type { PathSettings } from './bpffs_cover.js';
import type { CommandExtent } from './exec_start.js';
import type { SyscallFilter } from './syscall_filter.js';
import { INITIAL_BOUNDING, type NamespaceName } from './values.js';

/** PrivateUsers=: which user namespace a unit gets. */
export const PRIVATE_USERS = ['no', 'self', 'identity', 'full', 'managed'] as const;
export type PrivateUsers = (typeof PRIVATE_USERS)[number];

/** What a mount unit mounts, as its settings say it; an empty value unsets one. */
export interface MountUnit {
  what?: PlacedText | undefined;
  where?: PlacedText | undefined;
  type?: PlacedText | undefined;
  options?: PlacedText | undefined;
}

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
  group: string | undefined;
  pamName: string;
  /** Whether SecureBits= takes root's capabilities away: noroot. */
  hasNoRoot: boolean;
  privatePids: boolean;
  /** Settings that take capabilities out of the bounding set, where they are on. */
  readonly withoutCapabilities: Set<string>;
  /** RootDirectory= and RootImage=, where they give the process another root. */
  readonly roots: Set<string>;
  /** `~`: the home of the user. */
  workingDirectory: string | undefined;
  /** Type= of a service; undefined where it is not set. */
  type: string | undefined;
  restart: string;
  exitType: string;
  busName: string | undefined;
  remainsAfterExit: boolean;
  successAction: string;
  readonly paths: PathSettings;
  filter: SyscallFilter | undefined;
  /** RestrictFileSystems=. */
  fileSystems: SyscallFilter | undefined;
  killMode: string;
  /** The commands of ExecStart= and its like, and how much of this each of them gets. */
  readonly commandsOf: Map<string, readonly CommandExtent[]>;
  /** The type of the unit where its own file is read, and not only drop-ins of it: `service`. */
  mainFile: string | undefined;
  /** Whether drop-ins alone are read: what the file of the unit itself says is not known. Undefined where no file is read. */
  isPartial: boolean | undefined;
  /** What a mount unit mounts. */
  readonly mount: MountUnit;
  /** Whether systemd stopped reading a file: the unit is refused where it was no drop-in. */
  isRefused: boolean;
  /** Names that files assign, and those that a misspelt one is mended to: a second would take the place of the first. */
  readonly taken: Set<string>;
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
    group: undefined,
    pamName: '',
    hasNoRoot: false,
    privatePids: false,
    withoutCapabilities: new Set(),
    roots: new Set(),
    workingDirectory: undefined,
    type: undefined,
    restart: 'no',
    exitType: 'main',
    busName: undefined,
    remainsAfterExit: false,
    successAction: 'none',
    paths: new Map(),
    filter: undefined,
    fileSystems: undefined,
    killMode: '',
    commandsOf: new Map(),
    mainFile: undefined,
    isPartial: undefined,
    mount: {},
    isRefused: false,
    taken: new Set(),
    places: new Map(),
  };
}

/**
 * The capabilities that a setting takes out of the bounding set where it is on.
 * Source: systemd 262, src/core/unit.c: unit_patch_contexts().
 */
export const TAKEN_BY: Readonly<Record<string, readonly CapabilityName[]>> = {
  PrivateDevices: ['CAP_MKNOD', 'CAP_SYS_RAWIO'],
  ProtectKernelModules: ['CAP_SYS_MODULE'],
  ProtectKernelLogs: ['CAP_SYSLOG'],
  ProtectClock: ['CAP_SYS_TIME', 'CAP_WAKE_ALARM'],
};
