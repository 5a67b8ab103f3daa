import { TOKEN_INFO } from './bpftool/token_list.js';
import { PRINTS_NULL } from './bpftool/token_list_json.js';
import { delegatesBehindOthers } from './command_lines.js';
import { MANAGER_COMMAND } from './containers/command_line.js';
import { FDINFO_MASK } from './fdinfo/fdinfo.js';
import type { Format } from './formats.js';
import { FINDMNT_HEADING, FINDMNT_PAIRS, isWithoutHeading } from './mount/findmnt_columns.js';
import { MOUNT_COMMAND } from './mount/mount_command.js';
import { MOUNT_OUTPUT } from './mount/mount_output.js';
import { MOUNTINFO_START } from './mount/mountinfo.js';
import { linesOf } from './source_text.js';
import { SYSTEMD_RUN } from './systemd/read_systemd_run.js';

/** A format, and how a text of it is told: `lines` are those that are neither empty nor a comment. */
type Sign = readonly [format: Format, fits: (text: string, lines: readonly string[]) => boolean];

const hasLine = (pattern: RegExp) => (_: string, lines: readonly string[]) => lines.some((line) => pattern.test(line));

/** Command lines of other tools. */
const COMMANDS: readonly Sign[] = [
  ['systemd-run', hasLine(SYSTEMD_RUN)],
  ['incus-command', hasLine(MANAGER_COMMAND.Incus)],
  ['lxd-command', hasLine(MANAGER_COMMAND.LXD)],
  ['mount-command', hasLine(MOUNT_COMMAND)],
];

/** Commands behind others, as of `mkdir /p && mount …`, where they say something of a delegation. */
const BEHIND_OTHERS: readonly Sign[] = (
  [
    ['systemd-run', 'systemd-run'],
    ['incus-command', 'incus'],
    ['lxd-command', 'lxc'],
    ['mount-command', 'mount'],
  ] as const
).map(([format, program]) => [format, (_, lines) => lines.some((line) => delegatesBehindOthers(line, program))]);

const LXD_KEY = /(?:^|[{,])\s*["']?security\.delegate_bpf/m;
const INCUS_KEY = /(?:^|[{,])\s*["']?security\.bpffs\./m;

/** In this order: the first that fits is it. */
const SIGNS: readonly Sign[] = [
  // A text that is a value of such a file may be of any other format.
  ['lxd', (text) => isConfig(text) && LXD_KEY.test(text)],
  ['incus', isConfig],
  ['bpftool-tokens-json', (text) => PRINTS_NULL.test(text)],
  ['bpftool-tokens-json', (text) => /^\s*\[/.test(text) && (/"token_info"/.test(text) || /^\s*\[\s*\]\s*$/.test(text))],
  ['findmnt-json', (text) => /^\s*\{\s*"filesystems"\s*:/.test(text)],
  ['bpftool-tokens', (text) => TOKEN_INFO.test(text)],
  ['fdinfo', (text) => FDINFO_MASK.test(text)],
  ['mountinfo', hasLine(MOUNTINFO_START)],
  ['findmnt', (text) => FINDMNT_HEADING.test(text) || FINDMNT_PAIRS.test(text)],
  // A space after the bracket is a test of a shell.
  ['systemd-unit', (text) => /^\[[^\]\s"{[][^\]\n]*\]\s*$/m.test(text)],
  ['mount-output', hasLine(MOUNT_OUTPUT)],
  ...COMMANDS,
  ['lxd', (text) => LXD_KEY.test(text)],
  ['incus', (text) => INCUS_KEY.test(text)],
  ['mounts', (_, lines) => lines.length > 0 && lines.filter(isKernelsMount).length * 2 > lines.length],
  ['findmnt', (_, lines) => isWithoutHeading(lines)],
  ['fstab', hasLine(/^\s*[^#\s]\S*\s+(?:\/\S*|none|swap)\s+[a-z][\w.,]*(?:\s+\S+(?:\s+\d+){0,2})?\s*$/)],
  ...BEHIND_OTHERS,
  ['systemctl-show', hasLine(/^[A-Z][A-Za-z0-9]*=/)],
  [
    'mount-options',
    (_, lines) =>
      lines.some((line) => /(?:^|,)delegate_[a-z]+=/.test(line)) && lines.every((line) => /^\s*\S+\s*$/.test(line)),
  ],
  ['incus', (text) => /^config:/m.test(text)],
];

/** Files whose name tells what they are, whatever is in them. */
const NAMES: readonly (readonly [name: RegExp, format: Format])[] = [
  [/\.(?:service|socket|mount|swap|automount|path|scope|slice|target|timer)(?:\.d\/[^/]*\.conf)?$/, 'systemd-unit'],
  [/(?:^|\/)(?:service|socket|mount|swap)\.d\/[^/]*\.conf$/, 'systemd-unit'],
  [/(?:^|\/)fstab$/, 'fstab'],
];

/**
 * The format of a text, by the name of its file and by its content; undefined where it fits none. A line after `#` is a command at
 * root's prompt only where nothing else tells what the text is.
 */
export function detectFormat(text: string, file = ''): Format | undefined {
  const named = NAMES.find(([name]) => name.test(file));
  if (named) return named[1];
  const lines = linesOf(text).filter((line) => line.trim() !== '');
  const said = lines.filter((line) => !/^\s*[#;]/.test(line));
  const found = SIGNS.find(([, fits]) => fits(text, said)) ?? COMMANDS.find(([, fits]) => fits(text, lines));
  return found?.[0];
}

/** A map or a list of YAML with `config:` in it: every line that is not indented is a key, an item of a list, or a sign of YAML. */
function isConfig(text: string): boolean {
  if (!/^(?:- +|\s*)config:/m.test(text)) return false;
  const outer = linesOf(text).filter((line) => /^[^\s#]/.test(line));
  return outer.every((line) => /^(?:["']?[\w.-]+["']?:(?:\s|$)|-\s|-$|---|\.\.\.|[{}[\]])/.test(line));
}

/** A line that the kernel wrote: options start with `ro` or `rw`, and the two numbers are 0. */
function isKernelsMount(line: string): boolean {
  return /^[^ ]+ [^ ]+ \S+ r[ow](?:,[^ ]*)? 0 0$/.test(line);
}
