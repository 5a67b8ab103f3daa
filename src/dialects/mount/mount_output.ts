import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { type PlacedText, piece } from '../source_text.js';
import { readBpffsOptions } from './bpffs_options.js';
import { delegationsOf, type TableMount } from './hidden_mounts.js';
import { mountDelegation } from './mount_delegation.js';
import { splitOptions } from './option_list.js';
import { joinWrapped } from './wrapped_lines.js';

/** `none on /sys/fs/bpf type bpf (rw,relatime)`: the path may have " on " in it, a type has no space. */
export const MOUNT_OUTPUT = /^(\s*.*? on )(.*)( type )(\S+) \(/;

/** Reads what mount(8) prints without arguments. Its paths have no escapes. */
export function readMountOutput(context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const isWhole = (text: string) => /\)(?: \[.*\])?\s*$/.test(text);
  const lines = joinWrapped(account.lines, (text) => MOUNT_OUTPUT.test(text), isWhole);
  const mounts = lines.flatMap(({ placed, numbers }) => readMount(placed, numbers, context) ?? []);
  return delegationsOf(mounts, 'mounted', account);
}

function readMount(placed: PlacedText, numbers: readonly number[], context: ReadContext): TableMount | undefined {
  const { account } = context;
  const { line } = placed.at;
  if (placed.text.trim() === '') {
    account.irrelevant(line, 'blank');
    return undefined;
  }
  const found = MOUNT_OUTPUT.exec(placed.text);
  if (!found) {
    account.understood(line, 'not a mount');
    account.warn(placed.at, {
      code: 'malformed',
      message: 'this is no line of mount(8), as in "none on /sys/fs/bpf type bpf (rw,relatime)"',
    });
    return undefined;
  }
  const [whole, , path = '', , type] = found;
  if (type !== 'bpf') {
    for (const number of numbers) account.irrelevant(number, 'other_filesystem');
    return { path, delegation: undefined, line };
  }
  for (const number of numbers) account.understood(number, 'bpffs');
  const end = placed.text.lastIndexOf(')');
  if (end === -1) account.warn(placed.at, { code: 'malformed', message: 'the options are cut off: ")" ends them' });
  const list = piece(placed, whole.length, (end === -1 ? placed.text.length : end) - whole.length);
  const settings = readBpffsOptions(splitOptions(list, { quotes: false }), 'printed', context);
  return { path, delegation: mountDelegation({ placed, path, settings, owner: undefined }), line };
}
