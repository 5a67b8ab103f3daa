import { output } from './output.js';
import { type JsonOf, text, texts } from './values.js';

/** `bpftoken convert FILE --to NAME --json` */
export const convertSchema = output('convert', 'A delegation in another format: bpftoken convert --json.', {
  delegation: text('What the file calls it.'),
  to: text('The format, as --to names it.'),
  text: text('The delegation in it.'),
  remarks: texts('What was assumed, and why no token can be made where that is so.'),
});

export type ConvertJson = JsonOf<typeof convertSchema>;
