import type { SourceDocument } from '../../diagnostics/yaml_document.js';
import type { Path } from '../../diagnostics/yaml_locator.js';
import { MASK_NAMES, type MaskName, masksBy } from '../../kernel/masks.js';
import { nearestOf } from '../../names/nearest.js';
import { quote } from '../../names/unknown_name.js';
import { type Delegation, EMPTY_MASK } from '../delegation.js';
import { readPrintedNames } from '../name_list.js';
import type { ReadContext } from '../read_context.js';
import { readYaml, scalarAt } from '../read_yaml.js';
import { listedMount } from './listed_mount.js';

/** What bpftool prints for a command that it does not have. */
export const PRINTS_NULL = /^\s*null\s*$/;

const KEYS = ['token_info', ...MASK_NAMES.map((mask) => `allowed_${mask}`)];

/** Reads `bpftool -j token list` and `-jp` (7.8): mounted bpffs instances, each with names by mask. */
export function readTokenListJson(text: string, context: ReadContext): readonly Delegation[] {
  const { account } = context;
  if (PRINTS_NULL.test(text)) {
    account.fail(
      { line: 1, column: 1 },
      'bpftool token list prints a list; bpftool before 7.8 has no such command, and prints null',
    );
    return [];
  }
  const document = readYaml(text, 'token list', account);
  if (!document) return [];
  const { data, locator } = document;
  if (!Array.isArray(data)) {
    account.fail(locator.value([]), 'bpftool token list prints a list');
    return [];
  }
  return data.flatMap((entry: unknown, i) => readEntry(document, entry, i, context) ?? []);
}

function readEntry(document: SourceDocument, entry: unknown, i: number, context: ReadContext): Delegation | undefined {
  const { account } = context;
  const { locator } = document;
  const start = locator.value([i]);
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    account.warn(start, {
      code: 'malformed',
      message: 'an entry of bpftool token list is a map with token_info and four lists',
    });
    return undefined;
  }
  const map = entry as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(map)) {
    const at = locator.key([i, key]);
    account.understood(at.line, key);
    if (KEYS.includes(key)) continue;
    const nearest = nearestOf(key, KEYS);
    const hint = nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`;
    account.warn(at, { code: 'malformed', message: `bpftool token list has no key ${quote(key)}${hint}`, nearest });
  }
  const masks = masksBy((mask) => readNames(document, map[`allowed_${mask}`], [i, `allowed_${mask}`], mask, context));
  const path = typeof map.token_info === 'string' ? map.token_info : undefined;
  if (path === undefined)
    account.warn(start, { code: 'malformed', message: 'token_info, the path of the bpffs, is not there' });
  return listedMount(path, masks, { file: account.file, ...start, length: 1 });
}

function readNames(document: SourceDocument, list: unknown, path: Path, mask: MaskName, context: ReadContext) {
  const { account } = context;
  if (list === undefined) return EMPTY_MASK;
  const at = { file: account.file, ...document.locator.value(path), length: 1 };
  if (!Array.isArray(list)) {
    account.warn(at, { code: 'malformed', message: `${path.at(-1)} is a list of names` });
    return EMPTY_MASK;
  }
  const names = list.map((name: unknown, i) => scalarAt(document, [...path, i], name, account));
  for (const name of names) account.understood(name.at.line, String(path.at(-1)));
  return readPrintedNames(context, mask, names, at);
}
