import { jsonText, printableLines } from '../text/printable.js';

/** What a command writes to: standard output or standard error. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The escapes that styleFor() makes: bold, dim, red, green, and back. */
const ESCAPE = String.fromCharCode(0x1b);
const STYLES = new RegExp(`(${ESCAPE}\\[(?:1|2|22|31|32|39)m)`);

/**
 * Writes text for people. Names and texts from outside are made printable where they are put into it; whatever was
 * missed is here, but for line feeds.
 */
export function writeText(output: Output, text: string): void {
  output.write(output.isTTY ? styled(text) : printableLines(text));
}

function styled(text: string): string {
  return text
    .split(STYLES)
    .map((part) => (STYLES.test(part) ? part : printableLines(part)))
    .join('');
}

/** Writes a value as JSON, and a line feed. With `indent` 0 on one line. */
export function writeJson(output: Output, value: unknown, indent = 2): void {
  output.write(`${jsonText(value, indent)}\n`);
}

/** Writes what is data, not a message: a table, a scenario of ours. It stays as it is. */
export function writeData(output: Output, text: string): void {
  output.write(text);
}
