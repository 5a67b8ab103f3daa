import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { type PlacedText, wordsOf } from '../source_text.js';
import { readBpffsOptions } from './bpffs_options.js';
import { delegationsOf, type TableMount } from './hidden_mounts.js';
import { mountDelegation } from './mount_delegation.js';
import { unescapeOctal } from './octal_escapes.js';
import { splitOptions } from './option_list.js';
import { joinWrapped } from './wrapped_lines.js';

/** The start of a line: id, parent, device, root, mount point. */
export const MOUNTINFO_START = /^\s*\d+ \d+ \d+:\d+ \//;

/** Fields before the optional ones: id, parent, device, root, mount point, options. */
const FIXED_FIELDS = 6;

/** Reads /proc/PID/mountinfo. Source of its form: Documentation/filesystems/proc.rst, fs/proc_namespace.c: show_mountinfo(). */
export function readMountinfo(context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const lines = joinWrapped(account.lines, (text) => MOUNTINFO_START.test(text), isWhole);
  const mounts = lines.flatMap(({ placed, numbers }) => readMount(placed, numbers, context) ?? []);
  return delegationsOf(mounts, 'ids', account);
}

function readMount(placed: PlacedText, numbers: readonly number[], context: ReadContext): TableMount | undefined {
  const { account } = context;
  const { line } = placed.at;
  const fields = wordsOf(placed);
  if (fields.length === 0) {
    account.irrelevant(line, 'blank');
    return undefined;
  }
  const separator = fields.findIndex(({ text }, i) => i >= FIXED_FIELDS && text === '-');
  if (!MOUNTINFO_START.test(placed.text) || separator === -1 || fields.length < separator + 3) {
    const complaint = MOUNTINFO_START.test(placed.text)
      ? 'the line is cut off: after the options of the mount come " - ", the type, the source and the options of the file system'
      : 'this is no line of mountinfo: it starts with ids, a device and a root, as in "61 35 0:71 / /sys/fs/bpf rw - bpf none rw"';
    for (const number of numbers) account.understood(number, 'not a mount');
    account.warn(placed.at, { code: 'malformed', message: complaint });
    return undefined;
  }
  const path = unescapeOctal(fields[4]?.text ?? '');
  const ids = { own: fields[0]?.text ?? '', parent: fields[1]?.text ?? '' };
  if (fields[separator + 1]?.text !== 'bpf') {
    for (const number of numbers) account.irrelevant(number, 'other_filesystem');
    return { path, delegation: undefined, line, ids };
  }
  for (const number of numbers) account.understood(number, 'bpffs');
  const options = fields.slice(separator + 3).flatMap((list) => splitOptions(list, { quotes: false }));
  const settings = readBpffsOptions(options, 'printed', context);
  const root = fields[3] as PlacedText;
  const isRoot = root.text === '/';
  const directory = `the directory ${unescapeOctal(root.text)} of a bpffs`;
  if (!isRoot)
    account.warn(root.at, {
      code: 'not-the-root',
      message: `this mount shows ${directory}: a token is made from the root of a bpffs (EINVAL)`,
    });
  const unusable = isRoot ? undefined : `it is ${directory}, and no root of one (EINVAL)`;
  return { path, delegation: mountDelegation({ placed, path, settings, owner: undefined, unusable }), line, ids };
}

/** Whether a line has all that a mount has. */
function isWhole(text: string): boolean {
  const fields = text.trim().split(/\s+/);
  const separator = fields.indexOf('-', FIXED_FIELDS);
  return separator !== -1 && fields.length >= separator + 4;
}
