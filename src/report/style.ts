import { styleText } from 'node:util';

/** Marks up words for a terminal; plain where colour is off. */
export interface Style {
  good(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

const PLAIN: Style = { good: (t) => t, bad: (t) => t, dim: (t) => t, strong: (t) => t };
const COLOUR: Style = {
  good: (t) => styleText('green', t),
  bad: (t) => styleText('red', t),
  dim: (t) => styleText('dim', t),
  strong: (t) => styleText('bold', t),
};

/** Colour for a terminal, unless NO_COLOR is set; nothing for a pipe. */
export function styleFor(stream: { isTTY?: boolean }): Style {
  return stream.isTTY === true && !process.env.NO_COLOR ? COLOUR : PLAIN;
}
