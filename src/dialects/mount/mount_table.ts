import { quote } from '../../names/unknown_name.js';
import type { BpffsOwner, Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { type PlacedText, trimPlaced, wordsOf } from '../source_text.js';
import { readBpffsOptions } from './bpffs_options.js';
import { delegationsOf, type TableMount, type TableOrder } from './hidden_mounts.js';
import { mountDelegation } from './mount_delegation.js';
import { unescapeOctal } from './octal_escapes.js';
import { splitOptions } from './option_list.js';

/** A table of lines with source, target, type and options: what is said of it differs. */
interface TableForm {
  /** `fstab`, `/proc/mounts`. */
  readonly name: string;
  /** Whether mount(8) reads the options: quotes count, and some options are its own. */
  readonly isForMount: boolean;
  /** Whether a line may miss the two numbers at its end. */
  readonly numbersAreOptional: boolean;
  readonly owner: BpffsOwner | undefined;
  readonly order: TableOrder;
}

/** Lines of /proc/mounts. Source of its form: fs/proc_namespace.c: show_vfsmnt(). */
export function readMounts(context: ReadContext): readonly Delegation[] {
  return readTable(context, {
    name: '/proc/mounts',
    isForMount: false,
    numbersAreOptional: false,
    owner: undefined,
    order: 'mounted',
  });
}

/**
 * Lines of fstab(5). The bpffs that it mounts belongs to the initial user namespace: only root there can set its masks. systemd mounts
 * a directory before what is in it, whatever the order of the lines.
 */
export function readFstab(context: ReadContext): readonly Delegation[] {
  return readTable(context, {
    name: 'fstab',
    isForMount: true,
    numbersAreOptional: true,
    owner: 'init',
    order: 'sorted',
  });
}

function readTable(context: ReadContext, form: TableForm): readonly Delegation[] {
  const { account } = context;
  const mounts = account.lines.flatMap((line) => readLine(line, context, form) ?? []);
  // A line of fstab that repeats a place mounts over it as well.
  return delegationsOf(mounts, form.order, account);
}

function readLine(line: PlacedText, context: ReadContext, form: TableForm): TableMount | undefined {
  const { name, isForMount, numbersAreOptional, owner } = form;
  const { account } = context;
  const number = line.at.line;
  const { text } = trimPlaced(line);
  if (text === '') {
    account.irrelevant(number, 'blank');
    return undefined;
  }
  if (text.startsWith('#')) {
    account.irrelevant(number, 'comment');
    return undefined;
  }
  const fields = wordsOf(line);
  const [, target, type, options] = fields;
  if (!target || !type || (!options && !numbersAreOptional) || (!numbersAreOptional && fields.length < 6)) {
    account.warn(line.at, {
      code: 'malformed',
      message: `a line of ${name} has a source, a target, a type, options and two numbers; this one has ${fields.length} fields`,
    });
    account.understood(number, 'not a mount');
    return undefined;
  }
  // libmount leaves the whole line out. It knows no quotes, and a comment as a line of its own only.
  const notANumber = isForMount ? fields.slice(4, 6).find((field) => !/^[-+]?\d+$/.test(field.text)) : undefined;
  if (notANumber) {
    const message = `mount(8) cannot parse this line, and leaves it out: ${quote(notANumber.text)} is not a number, as the fifth and the sixth field are`;
    account.warn(notANumber.at, { code: 'malformed', message });
    account.understood(number, 'not a mount');
    return undefined;
  }
  const path = unescapeOctal(target.text);
  if (type.text !== 'bpf') {
    account.irrelevant(number, 'other_filesystem');
    return { path, delegation: undefined, line: number };
  }
  account.understood(number, 'bpffs');
  if (fields[6] !== undefined && !fields[6].text.startsWith('#')) {
    account.warn(fields[6].at, {
      code: 'malformed',
      message: `a line of ${name} has six fields; what comes after is not read`,
    });
  }
  const list = options ? splitOptions(options, { quotes: isForMount }) : [];
  const settings = readBpffsOptions(list, isForMount ? 'given' : 'printed', context);
  return { path, delegation: mountDelegation({ placed: line, path, settings, owner }), line: number };
}
