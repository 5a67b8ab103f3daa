import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { trimPlaced } from '../source_text.js';
import { readBpffsOptions } from './bpffs_options.js';
import { mountDelegation } from './mount_delegation.js';
import { splitOptions } from './option_list.js';

/** Reads lines of mount options, each of which is a mount of its own: `rw,delegate_cmds=map_create:prog_load`. */
export function readMountOptions(context: ReadContext): readonly Delegation[] {
  const { account } = context;
  return account.lines.flatMap((line) => {
    const number = line.at.line;
    const list = trimPlaced(line);
    if (list.text === '' || list.text.startsWith('#')) {
      account.irrelevant(number, list.text === '' ? 'blank' : 'comment');
      return [];
    }
    account.understood(number, 'options');
    const settings = readBpffsOptions(splitOptions(list, { quotes: true }), 'given', context);
    return [mountDelegation({ placed: line, path: undefined, settings, owner: undefined })];
  });
}
