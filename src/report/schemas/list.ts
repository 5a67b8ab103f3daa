import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { integerOrNull, type JsonOf, text, textOrNull } from './values.js';

const row = z.strictObject({
  name: text('The name.'),
  number: integerOrNull('The number that the kernel has for it; null: a profile has none.'),
  about: text('What it asks for, or what it is, in words; empty where there is nothing to say.'),
});

/** `bpftoken list TOPIC --json` */
export const listSchema = output('list', 'Profiles, or the names of a kernel: bpftoken list --json.', {
  topic: text('What is listed, as the command is asked for it.'),
  profile: textOrNull('The kernel whose names these are; null for the profiles.'),
  names: documented(z.array(row), { description: 'Profiles oldest first; names by number.' }),
});

export type ListJson = JsonOf<typeof listSchema>;
