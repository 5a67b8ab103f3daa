/** The formats that a delegation is written in, by the names that `--to` takes. A scenario is written elsewhere. */
export const TARGET_NAMES = ['systemd', 'incus', 'lxd', 'mount', 'fstab', 'mount-options'] as const;
export type TargetName = (typeof TARGET_NAMES)[number];
