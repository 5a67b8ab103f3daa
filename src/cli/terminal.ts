import { styleText } from 'node:util';
import { PLAIN, type Style } from '../report/style.js';

const COLOUR: Style = {
  good: (text) => styleText('green', text),
  bad: (text) => styleText('red', text),
  dim: (text) => styleText('dim', text),
  strong: (text) => styleText('bold', text),
};

/** Colour for a terminal, unless NO_COLOR is set; nothing for a pipe. */
export function styleFor(stream: { isTTY?: boolean }): Style {
  return stream.isTTY === true && !process.env.NO_COLOR ? COLOUR : PLAIN;
}
