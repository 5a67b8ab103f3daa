import { MASK_NAMES, type MaskName } from '../../kernel/masks.js';

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
}

/** Incus 6.18 and later. Source: cmd/incusd/main_forkbpf.go, internal/server/instance/drivers/driver_lxc.go: bpfTokenConfig(). */
export const INCUS: Manager = {
  name: 'Incus',
  command: 'incus',
  keys: keysBy((mask) => `security.bpffs.delegate_${mask}`),
  switchKey: undefined,
  pathKey: 'security.bpffs.path',
  prefix: 'security.bpffs.',
  hasCommas: true,
};

const TYPE_OF_MASK: Readonly<Record<MaskName, string>> = { cmds: 'cmd', maps: 'map', progs: 'prog', attachs: 'attach' };

/** LXD 6.4 and later. Source: lxd/instance/drivers/driver_lxc.go: onStartHostBPFDelegate(). */
export const LXD: Manager = {
  name: 'LXD',
  command: 'lxc',
  keys: keysBy((mask) => `security.delegate_bpf.${TYPE_OF_MASK[mask]}_types`),
  switchKey: 'security.delegate_bpf',
  pathKey: undefined,
  prefix: 'security.delegate_bpf',
  hasCommas: false,
};

function keysBy(of: (mask: MaskName) => string): Record<MaskName, string> {
  return Object.fromEntries(MASK_NAMES.map((mask) => [mask, of(mask)])) as Record<MaskName, string>;
}

/** Every key of a manager that says something of a delegation. */
export function delegationKeys({ keys, switchKey, pathKey }: Manager): readonly string[] {
  return [
    ...Object.values(keys),
    ...(switchKey === undefined ? [] : [switchKey]),
    ...(pathKey === undefined ? [] : [pathKey]),
  ];
}

/** A boolean as both managers read it (shared: IsTrue()). */
export function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['true', '1', 'yes', 'on'].includes(text.toLowerCase());
}
