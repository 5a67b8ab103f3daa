import type { SourceDocument } from '../../diagnostics/yaml_document.js';
import type { Path } from '../../diagnostics/yaml_locator.js';
import type { Delegation } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { readYaml, scalarAt } from '../read_yaml.js';
import type { PlacedText } from '../source_text.js';
import { readBpffsOptions } from './bpffs_options.js';
import {
  type Cells,
  FINDMNT_HEADING,
  FINDMNT_PAIRS,
  FindmntColumns,
  pairCells,
  unnamedCells,
} from './findmnt_columns.js';
import { delegationsOf, type TableMount } from './hidden_mounts.js';
import { mountDelegation } from './mount_delegation.js';
import { splitOptions } from './option_list.js';

/** Reads `findmnt`: a table with a heading, also `--raw`, or without (`-n`); pairs (`-P`). */
export function readFindmnt(context: ReadContext): readonly Delegation[] {
  const { account } = context;
  let columns: FindmntColumns | undefined;
  const hasHeading = account.lines.some(({ text }) => FINDMNT_HEADING.test(text));
  const mounts = account.lines.flatMap((line): TableMount[] => {
    const number = line.at.line;
    if (line.text.trim() === '') {
      account.irrelevant(number, 'blank');
      return [];
    }
    if (FINDMNT_HEADING.test(line.text)) {
      account.irrelevant(number, 'other_column');
      columns = new FindmntColumns(line.text);
      return [];
    }
    const isPairs = FINDMNT_PAIRS.test(line.text);
    if (!isPairs && hasHeading && !columns) {
      account.irrelevant(number, 'other_text');
      return [];
    }
    const cells = isPairs ? pairCells(line) : columns ? columns.cellsOf(line) : unnamedCells(line);
    if (!cells) {
      tellUnread(line, columns !== undefined, context);
      return [];
    }
    return [readCells(line, cells, context)];
  });
  return hidden(mounts, context);
}

/** A line that is no row: of a table, it may be one that was cut. */
function tellUnread(line: PlacedText, isOfTable: boolean, { account }: ReadContext): void {
  const number = line.at.line;
  if (!isOfTable && !/\bdelegate_/.test(line.text)) {
    account.irrelevant(number, 'other_text');
    return;
  }
  account.understood(number, 'not a mount');
  const message = 'this is no row of findmnt: its cells do not stand under the heading';
  account.warn(line.at, { code: 'malformed', message });
}

/** Reads `findmnt -J`. */
export function readFindmntJson(text: string, context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const document = readYaml(text, 'output of findmnt', account);
  if (!document) return [];
  const { data } = document;
  const list = typeof data === 'object' && data !== null ? (data as { filesystems?: unknown }).filesystems : undefined;
  if (!Array.isArray(list)) {
    account.fail(document.locator.value([]), 'findmnt -J prints {"filesystems": [...]}');
    return [];
  }
  return hidden(jsonMounts(document, list, ['filesystems'], context), context);
}

function jsonMounts(
  document: SourceDocument,
  list: readonly unknown[],
  path: Path,
  context: ReadContext,
): readonly TableMount[] {
  const { account } = context;
  return list.flatMap((entry, i): readonly TableMount[] => {
    const own = [...path, i];
    if (typeof entry !== 'object' || entry === null) {
      account.warn(document.locator.value(own), { code: 'malformed', message: 'a mount of findmnt -J is a map' });
      return [];
    }
    const map = entry as Readonly<Record<string, unknown>>;
    const keys = Object.keys(map).filter((key) => key !== 'children');
    const cells = new Map(keys.map((key) => [key.toUpperCase(), scalarAt(document, [...own, key], map[key], account)]));
    for (const key of keys) {
      const { line } = document.locator.key([...own, key]);
      if (map.fstype === 'bpf') account.understood(line, key);
      else account.irrelevant(line, 'other_filesystem');
    }
    const at = { file: account.file, ...document.locator.value(own), length: 1 };
    const mount = readCells({ text: '', at }, cells, context);
    const children = Array.isArray(map.children) ? map.children : [];
    return [mount, ...jsonMounts(document, children, [...own, 'children'], context)];
  });
}

function readCells(line: PlacedText, cells: Cells, context: ReadContext): TableMount {
  const { account } = context;
  const number = line.at.line;
  const path = cells.get('TARGET')?.text ?? 'bpffs';
  const options = cells.get('OPTIONS') ?? cells.get('FS-OPTIONS');
  const type = cells.get('FSTYPE')?.text;
  // A table of few columns has no type: of all file systems, only bpffs has such options.
  const isBpffs = type === undefined ? /\bdelegate_/.test(options?.text ?? '') : type === 'bpf';
  if (!isBpffs) {
    account.irrelevant(number, 'other_filesystem');
    return { path, delegation: undefined, line: number };
  }
  account.understood(number, 'bpffs');
  if (!options)
    account.warn(line.at, {
      code: 'malformed',
      message: 'the column OPTIONS is not there: what is delegated is not known',
    });
  const settings = readBpffsOptions(options ? splitOptions(options, { quotes: false }) : [], 'printed', context);
  return { path, delegation: mountDelegation({ placed: line, path, settings, owner: undefined }), line: number };
}

function hidden(mounts: readonly TableMount[], { account }: ReadContext): readonly Delegation[] {
  return delegationsOf(mounts, 'sorted', account);
}
