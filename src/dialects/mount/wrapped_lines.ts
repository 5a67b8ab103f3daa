import { joinPlaced, type PlacedText, piece } from '../source_text.js';

/** Lines that one may take. */
const MAX_WRAPPED = 24;

/**
 * Lines, for text that was wrapped when it was copied: one that `starts` a mount and is not whole takes the lines after it, up to
 * the next that starts one. Each has the numbers of the lines that it was put together of.
 */
export function joinWrapped(
  lines: readonly PlacedText[],
  starts: (text: string) => boolean,
  isWhole: (text: string) => boolean,
): readonly { readonly placed: PlacedText; readonly numbers: readonly number[] }[] {
  const joined: { placed: PlacedText; numbers: number[] }[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = { placed: lines[i] as PlacedText, numbers: [i + 1] };
    joined.push(line);
    if (!starts(line.placed.text)) continue;
    while (line.numbers.length < MAX_WRAPPED) {
      const next = lines[i + 1];
      if (!next || next.text.trim() === '' || starts(next.text)) break;
      if (isWhole(line.placed.text) && !isListOpen(line.placed.text, next.text)) break;
      line.placed = joinLines(line.placed, next);
      line.numbers.push(i + 2);
      i += 1;
    }
  }
  return joined;
}

/** Whether a list of options or names goes on in the next line. */
function isListOpen(text: string, next: string): boolean {
  return /[,:=]\s*$/.test(text) || /^\s*[,:]/.test(next);
}

/** A space separates two fields; a list of options contains no space. */
function joinLines(line: PlacedText, next: PlacedText): PlacedText {
  const end = piece(line, 0, line.text.trimEnd().length);
  const start = piece(next, next.text.length - next.text.trimStart().length);
  return joinPlaced([end, start], isListOpen(line.text, next.text) || isInList(line.text) ? '' : ' ');
}

/** Whether a line ends within the options of a bpffs. */
function isInList(text: string): boolean {
  return /(?: - bpf \S+ |type bpf \()\S+$/.test(text);
}
