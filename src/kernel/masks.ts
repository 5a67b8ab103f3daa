import type { EnumKind } from './vocabulary.js';

/** The four masks of a delegation; bit n stands for value n of the enumeration. */
export interface Masks {
  cmds: bigint;
  maps: bigint;
  progs: bigint;
  attachs: bigint;
}

export const MASK_NAMES = ['cmds', 'maps', 'progs', 'attachs'] as const;
export type MaskName = (typeof MASK_NAMES)[number];

/** Which enumeration each mask speaks of. */
export const MASK_KIND: Readonly<Record<MaskName, EnumKind>> = {
  cmds: 'cmds',
  maps: 'map_types',
  progs: 'prog_types',
  attachs: 'attach_types',
};
