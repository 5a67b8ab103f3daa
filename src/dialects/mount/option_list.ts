import { type PlacedText, piece } from '../source_text.js';
import type { MountOption } from './bpffs_options.js';

/**
 * The options of a comma-separated list. With `quotes`, as mount(8) takes them: a comma between double quotes, or after a
 * backslash, ends no option (util-linux, ul_optstr_next()). The kernel's own lists have no quotes.
 */
export function splitOptions(list: PlacedText, { quotes }: { readonly quotes: boolean }): readonly MountOption[] {
  const { text } = list;
  const options: MountOption[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i <= text.length; i++) {
    if (quotes && text[i] === '"') isQuoted = !isQuoted;
    const isEnd = i === text.length || (text[i] === ',' && !isQuoted && !(quotes && text[i - 1] === '\\'));
    if (!isEnd) continue;
    if (i > start) options.push(optionOf(piece(list, start, i - start), quotes));
    start = i + 1;
  }
  return options;
}

function optionOf(item: PlacedText, quotes: boolean): MountOption {
  const at = item.text.indexOf('=');
  if (at === -1) return { key: item, value: undefined };
  return { key: piece(item, 0, at), value: unquoted(piece(item, at + 1), quotes) };
}

/** mount(8) gives a value to fsconfig() without the quotes around it (util-linux 2.39 and later). */
function unquoted(value: PlacedText, quotes: boolean): PlacedText {
  return quotes && /^".*"$/.test(value.text) ? piece(value, 1, value.text.length - 2) : value;
}
