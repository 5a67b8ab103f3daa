import { MASK_KIND, MASK_NAMES, type MaskName, masksBy } from '../../kernel/masks.js';
import type { Profile } from '../../kernel/profile.js';
import { shortName } from '../../kernel/vocabulary.js';
import { nearestOf } from '../../names/nearest.js';
import { quote } from '../../names/unknown_name.js';
import { type DelegatedMask, type Delegation, EMPTY_MASK } from '../delegation.js';
import { readPrintedNames } from '../name_list.js';
import type { ReadContext } from '../read_context.js';
import { type PlacedText, piece, trimPlaced } from '../source_text.js';
import { listedMount } from './listed_mount.js';

/** The first line of an entry. */
export const TOKEN_INFO = /^token_info {2}(.*)$/m;

/** Characters of a column: a name of as many or more touches the next. */
const COLUMN = 20;

const MASK_OF_HEADING: Readonly<Record<string, MaskName>> = Object.fromEntries(
  MASK_NAMES.map((mask) => [`allowed_${mask}:`, mask]),
);

/** Reads `bpftool token list` (7.8): a path, and four blocks of names in columns. */
export function readTokenList(context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const delegations: Delegation[] = [];
  let entry: { path: string; at: PlacedText; masks: Record<MaskName, DelegatedMask> } | undefined;
  let block: { mask: MaskName; names: PlacedText[]; heading: PlacedText } | undefined;
  const finishBlock = () => {
    if (block && entry) entry.masks[block.mask] = readPrintedNames(context, block.mask, block.names, block.heading.at);
    block = undefined;
  };
  const finishEntry = () => {
    finishBlock();
    if (entry) delegations.push(listedMount(entry.path, entry.masks, entry.at.at));
    entry = undefined;
  };
  for (const line of account.lines) {
    const number = line.at.line;
    const trimmed = trimPlaced(line);
    const [, path] = TOKEN_INFO.exec(line.text) ?? [];
    const mask = MASK_OF_HEADING[trimmed.text];
    if (trimmed.text === '') account.irrelevant(number, 'blank');
    else if (path !== undefined) {
      finishEntry();
      entry = { path, at: line, masks: masksBy((): DelegatedMask => EMPTY_MASK) };
      account.understood(number, 'token_info');
    } else if (mask && entry) {
      finishBlock();
      block = { mask, names: [], heading: trimmed };
      account.understood(number, `allowed_${mask}`);
    } else if (block && /^\t? {2}\S/.test(line.text)) {
      block.names.push(...columnsOf(context.profile, block.mask, piece(line, line.text.search(/\S/))));
      account.understood(number, `allowed_${block.mask}`);
    } else {
      const nearest = nearestOf(trimmed.text, Object.keys(MASK_OF_HEADING));
      if (nearest === undefined && !block) account.irrelevant(number, 'other_text');
      else {
        account.understood(number, 'not a list of names');
        const hint = nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`;
        account.warn(line.at, {
          code: 'unread-line',
          message: `bpftool token list has no line ${quote(trimmed.text)}${hint}`,
          nearest,
        });
      }
    }
  }
  finishEntry();
  return delegations;
}

/** Names in columns of 20 characters: bpftool puts no space after a longer one, so that it is told by the kernel's names. */
function columnsOf(profile: Profile, mask: MaskName, cells: PlacedText): readonly PlacedText[] {
  const kind = MASK_KIND[mask];
  const long = profile.vocabulary.enumerators[kind]
    .map(({ name }) => shortName(kind, name))
    .filter((name) => name.length >= COLUMN)
    .sort((a, b) => b.length - a.length);
  const names: PlacedText[] = [];
  let start = 0;
  while (start < cells.text.length) {
    const rest = cells.text.slice(start);
    const [padding = ''] = /^\s*/.exec(rest) ?? [];
    if (padding !== '') {
      start += padding.length;
      continue;
    }
    const name = long.find((candidate) => rest.startsWith(candidate)) ?? /^\S+/.exec(rest)?.[0] ?? rest;
    names.push(piece(cells, start, name.length));
    start += name.length;
  }
  return names;
}
