import { coverOf } from './bpffs_cover.js';
import { serviceRefusalOf, serviceTypeOf } from './service_refusal.js';
import { refusesBpf } from './syscall_filter.js';
import { bpffsOwnerOf, extentOf, hasUserns, userOf } from './unit_process.js';
import type { UnitSettings } from './unit_settings.js';

/** Why a unit has no token, whatever it delegates. */
export interface UnitFailure {
  /** `refused`: the unit is not loaded. `fails`: its process is not started. `hidden`, `filtered`: the process meets something else. */
  readonly kind: 'refused' | 'fails' | 'hidden' | 'filtered';
  /** The setting that is the cause. */
  readonly setting: string;
  /** In words, of the unit. */
  readonly why: string;
}

/** The uids that PrivateUsers=identity maps (systemd 262, src/core/exec-invoke.c: setup_private_users()). */
const IDENTITY_UIDS = 65536;

const refused = (setting: string, why: string): UnitFailure => ({
  kind: 'refused',
  setting,
  why: `systemd refuses the unit: ${why}`,
});

/**
 * Why systemd does not load a unit; undefined where it does. Source: systemd 262, src/core/unit.c: unit_verify_contexts();
 * src/core/service.c: service_verify().
 */
export function refusalOf(settings: UnitSettings): UnitFailure | undefined {
  const { isRefused, privateUsers, privatePids, user, group, pamName, dynamicUser } = settings;
  const { userNamespacePath, workingDirectory, killMode } = settings;
  if (isRefused) return { kind: 'refused', setting: '', why: 'systemd refuses the unit: a line cannot be read' };
  const ofService = serviceRefusalOf(settings);
  if (ofService) return refused(...ofService);
  if (dynamicUser && workingDirectory === '~') {
    return refused('WorkingDirectory', 'DynamicUser= excludes WorkingDirectory=~');
  }
  if (hasMounts(settings) && /^\/+(?:sys|proc|dev)(?:\/|$)/.test(workingDirectory ?? '')) {
    const why = 'a mount namespace, as of PrivateBPF=, excludes a working directory in /sys, /proc and /dev';
    return refused('WorkingDirectory', why);
  }
  if (privateUsers === 'managed' && (user !== undefined || dynamicUser || group !== undefined || pamName !== '')) {
    return refused('PrivateUsers', 'PrivateUsers=managed excludes User=, Group=, DynamicUser= and PAMName=');
  }
  if (privateUsers !== 'no' && userNamespacePath !== '') {
    return refused('UserNamespacePath', 'PrivateUsers= excludes UserNamespacePath=');
  }
  if (privatePids && (pamName !== '' || serviceTypeOf(settings) === 'forking')) {
    return refused('PrivatePIDs', 'PrivatePIDs= excludes PAMName= and Type=forking');
  }
  if (pamName !== '' && (killMode === 'process' || killMode === 'none')) {
    return refused('PAMName', `PAMName= excludes KillMode=${killMode}`);
  }
  return undefined;
}

/** Whether a setting that is read here gives the unit a mount namespace. Source: src/core/execute.c: exec_needs_mount_namespace(). */
function hasMounts(settings: UnitSettings): boolean {
  const { privateBpf, dynamicUser, privatePids, withoutCapabilities, paths, roots } = settings;
  const hasNetwork = settings.privateNetwork || settings.networkNamespacePath !== '';
  const isProtected = [...withoutCapabilities].some((setting) => setting !== 'ProtectClock');
  const hasPaths = [...paths.values()].some((words) => words.length > 0);
  return privateBpf || dynamicUser || privatePids || isProtected || hasPaths || hasNetwork || roots.size > 0;
}

/** Why a unit with PrivateBPF=yes that is loaded has no token; undefined where its process meets the bpffs. */
export function failureOf(settings: UnitSettings): UnitFailure | undefined {
  const { privatePids, privateUsers, paths, filter, fileSystems } = settings;
  if (extentOf(settings) === 'none') return undefined;
  if (privatePids) {
    // The helper that sets the masks ends with the process that systemd forks for the PID namespace (bpffs_prepare(): FORK_DEATHSIG_SIGKILL).
    const why = 'the unit fails (226/NAMESPACE or 217/USER): PrivatePIDs= ends the helper that sets up the bpffs';
    return { kind: 'fails', setting: 'PrivatePIDs', why };
  }
  if (privateUsers === 'identity' && userOf(settings).uid >= IDENTITY_UIDS) {
    const why = `the unit fails (217/USER): PrivateUsers=identity has no uid from ${IDENTITY_UIDS} on`;
    return { kind: 'fails', setting: 'User', why };
  }
  if (fileSystems && hasUserns(settings)) {
    // apply_restrict_filesystems() comes after the user namespace, in which systemd may not make the map of its BPF program.
    const why =
      'the unit fails (244/BPF): RestrictFileSystems= needs a privilege that systemd lacks in a user namespace';
    return { kind: 'fails', setting: 'RestrictFileSystems', why };
  }
  const cover = coverOf(paths, bpffsOwnerOf(settings));
  if (cover) {
    return {
      kind: cover.fails ? 'fails' : 'hidden',
      setting: cover.setting,
      why: `${cover.setting}=: ${cover.effect}`,
    };
  }
  if (refusesBpf(fileSystems)) {
    const why = 'RestrictFileSystems=: the bpffs cannot be opened (EPERM)';
    return { kind: 'hidden', setting: 'RestrictFileSystems', why };
  }
  if (refusesBpf(filter)) {
    const why =
      'bpf() is filtered: the process is ended, or gets the errno of the filter before the kernel looks at a token';
    return { kind: 'filtered', setting: 'SystemCallFilter', why: `SystemCallFilter=: ${why}` };
  }
  return undefined;
}
