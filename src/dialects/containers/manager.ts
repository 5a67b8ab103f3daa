import { type MaskName, masksBy } from '../../kernel/masks.js';

/** A container manager: how it spells a delegation. */
export interface Manager {
  readonly name: 'Incus' | 'LXD';
  /** The command of its client. */
  readonly command: 'incus' | 'lxc';
  readonly keys: Readonly<Record<MaskName, string>>;
  /** The key that has to be true; undefined where a mask is enough. */
  readonly switchKey: string | undefined;
  /** The key of the path of the bpffs; undefined where it is always the same. */
  readonly pathKey: string | undefined;
  /** What all of these keys start with. */
  readonly prefix: string;
  /** Whether names are separated by commas, which the manager turns into the kernel's colons. */
  readonly hasCommas: boolean;
  /** Whether keys of system calls have their names of before 2020 too. */
  readonly hasOldNames: boolean;
}

/**
 * Incus 6.18 and later, and 6.0.6 and later of 6.0. Source: cmd/incusd/main_forkbpf.go, internal/server/instance/drivers/driver_lxc.go:
 * bpfTokenConfig().
 */
export const INCUS: Manager = {
  name: 'Incus',
  command: 'incus',
  keys: masksBy((mask) => `security.bpffs.delegate_${mask}`),
  switchKey: undefined,
  pathKey: 'security.bpffs.path',
  prefix: 'security.bpffs.',
  hasCommas: true,
  hasOldNames: true,
};

/** The key of a container without a user namespace of its own. */
export const PRIVILEGED = 'security.privileged';

const TYPE_OF_MASK: Readonly<Record<MaskName, string>> = { cmds: 'cmd', maps: 'map', progs: 'prog', attachs: 'attach' };

/**
 * LXD 6.4 and later, and 5.21.4 and later of 5.21. Source: lxd/instance/drivers/driver_lxc.go: onStartHostBPFDelegate(),
 * shared/validate/validate_cgo.go: IsBPFDelegationOption().
 */
export const LXD: Manager = {
  name: 'LXD',
  command: 'lxc',
  keys: masksBy((mask) => `security.delegate_bpf.${TYPE_OF_MASK[mask]}_types`),
  switchKey: 'security.delegate_bpf',
  pathKey: undefined,
  prefix: 'security.delegate_bpf',
  hasCommas: false,
  hasOldNames: false,
};

/** Every key of a manager that says something of a delegation. */
export function delegationKeys({ keys, switchKey, pathKey }: Manager): readonly string[] {
  return [
    ...Object.values(keys),
    ...(switchKey === undefined ? [] : [switchKey]),
    ...(pathKey === undefined ? [] : [pathKey]),
  ];
}

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];

/** A boolean as both managers read it (IsTrue()); undefined for a text that they refuse (validate.IsBool()). */
export function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return TRUE.includes(word) || (FALSE.includes(word) ? false : undefined);
}
