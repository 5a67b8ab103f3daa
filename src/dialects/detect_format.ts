import { TOKEN_INFO } from './bpftool/token_list.js';
import { MANAGER_COMMAND } from './containers/command_line.js';
import { FDINFO_MASK } from './fdinfo/fdinfo.js';
import type { Format } from './formats.js';
import { FINDMNT_HEADING, FINDMNT_PAIRS } from './mount/findmnt.js';
import { MOUNT_COMMAND } from './mount/mount_command.js';
import { MOUNT_OUTPUT } from './mount/mount_output.js';
import { MOUNTINFO_START } from './mount/mountinfo.js';
import { linesOf } from './source_text.js';
import { SYSTEMD_RUN } from './systemd/read_systemd_run.js';

/** A format, and how a text of it is told. In this order: the first that fits is it. */
const SIGNS: readonly (readonly [format: Format, fits: (text: string, lines: readonly string[]) => boolean])[] = [
  ['bpftool-tokens-json', (text) => /^\s*\[/.test(text) && (/"token_info"/.test(text) || /^\s*\[\s*\]\s*$/.test(text))],
  ['findmnt-json', (text) => /^\s*\{\s*"filesystems"\s*:/.test(text)],
  ['bpftool-tokens', (text) => TOKEN_INFO.test(text)],
  ['fdinfo', (text) => FDINFO_MASK.test(text)],
  ['mountinfo', (_, lines) => lines.some((line) => MOUNTINFO_START.test(line))],
  ['findmnt', (text) => FINDMNT_HEADING.test(text) || FINDMNT_PAIRS.test(text)],
  ['systemd-run', (_, lines) => lines.some((line) => SYSTEMD_RUN.test(line))],
  ['systemd-unit', (text) => /^\[[^\]\n]+\]\s*$/m.test(text)],
  ['incus-command', (_, lines) => lines.some((line) => MANAGER_COMMAND.Incus.test(line))],
  ['lxd-command', (_, lines) => lines.some((line) => MANAGER_COMMAND.LXD.test(line))],
  ['lxd', (text) => /(?:^|[{,])\s*["']?security\.delegate_bpf/m.test(text)],
  ['incus', (text) => /(?:^|[{,])\s*["']?security\.bpffs\./m.test(text)],
  ['mount-output', (_, lines) => lines.some((line) => MOUNT_OUTPUT.test(line))],
  ['mount-command', (_, lines) => lines.some((line) => MOUNT_COMMAND.test(line))],
  ['mounts', (_, lines) => lines.filter(isKernelsMount).length * 2 > lines.length],
  [
    'fstab',
    (_, lines) =>
      lines.some((line) =>
        /^\s*[^#\s]\S*\s+(?:\/\S*|none|swap)\s+[a-z][\w.,]*(?:\s+\S+(?:\s+\d+){0,2})?\s*$/.test(line),
      ),
  ],
  ['systemctl-show', (_, lines) => lines.some((line) => /^[A-Z][A-Za-z0-9]*=/.test(line))],
  [
    'mount-options',
    (_, lines) =>
      lines.some((line) => /(?:^|,)delegate_[a-z]+=/.test(line)) && lines.every((line) => /^\s*\S+\s*$/.test(line)),
  ],
  ['incus', (text) => /^config:/m.test(text)],
];

/** The format of a text, by its content; undefined where it fits none. */
export function detectFormat(text: string): Format | undefined {
  const lines = linesOf(text).filter((line) => line.trim() !== '');
  return SIGNS.find(([, fits]) => fits(text, lines))?.[0];
}

/** A line that the kernel wrote: options start with `ro` or `rw`, and the two numbers are 0. */
function isKernelsMount(line: string): boolean {
  return /^[^ ]+ [^ ]+ \S+ r[ow](?:,[^ ]*)? 0 0$/.test(line);
}
