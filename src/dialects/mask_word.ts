import { MASK_NAMES, type MaskName } from '../kernel/masks.js';

/** What people write in the place of the word of each mask. */
const WORDS: Readonly<Record<MaskName, RegExp>> = {
  cmds: /^(?:cmds?|commands?)$/i,
  maps: /^(?:maps?|map_?types?)$/i,
  progs: /^(?:progs?|programs?|prog(?:ram)?_?types?)$/i,
  attachs: /^(?:attachs?|attaches|attachments?|attach(?:ment)?_?types?)$/i,
};

/** The mask that a word can only mean: `program`, `map_types`. */
export function maskOfWord(word: string): MaskName | undefined {
  return MASK_NAMES.find((mask) => WORDS[mask].test(word));
}
