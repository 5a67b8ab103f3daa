import { MASK_NAMES } from '../../kernel/masks.js';
import { nearestOf, oneEditFrom } from '../../names/nearest.js';
import { SETTING_OF_MASK } from './name_list.js';

/** What a setting that systemd does not have was meant to be. */
export interface MeantSetting {
  readonly name: string;
  /** Whether it can be nothing else: a fix may put it there. */
  readonly isCertain: boolean;
}

/** What may follow BPFDelegate in the place of the word of each mask. */
const WORDS: Readonly<Record<string, RegExp>> = {
  cmds: /^(?:cmds?|commands?)$/i,
  maps: /^(?:maps?|map_?types?)$/i,
  progs: /^(?:progs?|programs?|prog(?:ram)?_?types?)$/i,
  attachs: /^(?:attachs?|attaches|attachments?|attach(?:ment)?_?types?)$/i,
};

/** The setting that a name was meant to be; undefined where none is near. */
export function meantSetting(name: string, known: readonly string[]): MeantSetting | undefined {
  const [, word] = /^BPFDelegate(.*)$/i.exec(name) ?? [];
  const mask = MASK_NAMES.find((one) => word !== undefined && WORDS[one]?.test(word));
  if (mask) return { name: SETTING_OF_MASK[mask], isCertain: true };
  const sameLetters = known.filter((one) => one.toLowerCase() === name.toLowerCase());
  const near = sameLetters.length > 0 ? sameLetters : oneEditFrom(name, known);
  if (near.length === 1) return { name: near[0] as string, isCertain: true };
  const nearest = nearestOf(name, known);
  return nearest === undefined ? undefined : { name: nearest, isCertain: false };
}
