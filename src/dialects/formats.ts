/** The formats that are read, each with what it is and the tool that reads or prints it. */
export const FORMATS = {
  'systemd-unit': 'a systemd unit file or drop-in, or the output of systemctl cat',
  'systemd-run': 'a command line of systemd-run',
  'systemctl-show': 'the output of systemctl show',
  incus: 'an instance or a profile of Incus, as incus config show prints it',
  'incus-command': 'command lines of incus that set keys',
  lxd: 'an instance or a profile of LXD, as lxc config show prints it',
  'lxd-command': 'command lines of lxc that set keys',
  mountinfo: '/proc/PID/mountinfo',
  mounts: '/proc/PID/mounts',
  fstab: 'fstab(5)',
  'mount-command': 'command lines of mount(8)',
  'mount-options': 'options of a mount, as after mount -o',
  'mount-output': 'the output of mount(8)',
  findmnt: 'the output of findmnt, or of findmnt -P',
  'findmnt-json': 'the output of findmnt -J',
  fdinfo: '/proc/PID/fdinfo/FD of a token',
  'bpftool-tokens': 'the output of bpftool token list',
  'bpftool-tokens-json': 'the output of bpftool -j token list',
} as const;
export type Format = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as readonly Format[];
