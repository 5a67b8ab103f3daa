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

/** Four masks, by a function of each. */
export function masksBy<Value>(of: (mask: MaskName) => Value): Record<MaskName, Value> {
  return Object.fromEntries(MASK_NAMES.map((mask) => [mask, of(mask)])) as Record<MaskName, Value>;
}

/** Whether masks allow nothing. */
export function areEmpty(masks: Readonly<Masks>): boolean {
  return MASK_NAMES.every((mask) => masks[mask] === 0n);
}

/** The same text for the same masks. */
export function masksKey(masks: Readonly<Masks>): string {
  return MASK_NAMES.map((mask) => masks[mask].toString(16)).join(' ');
}
