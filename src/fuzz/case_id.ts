import { PROFILE_SLOTS } from './profile_slots.js';

/** Cases of one world. Case ids depend on it: never change it. */
export const CASES_PER_WORLD = 60;
/** A world's number is 32 bits wide. */
export const MAX_WORLDS = 2 ** 32;

/** A case: the seed of its campaign, the number of its world, and its number there. They determine the case completely. */
export interface CaseId {
  readonly seed: number;
  readonly world: number;
  readonly index: number;
}

/** `1-2f3a-17`: the seed, the world's number in hexadecimal, the case's number in it. */
export function formatCaseId({ seed, world, index }: CaseId): string {
  return `${seed}-${world.toString(16)}-${index}`;
}

/** Parses a case id; undefined for other text. */
export function parseCaseId(text: string): CaseId | undefined {
  const match = /^(\d+)-([0-9a-f]+)-(\d+)$/i.exec(text.trim());
  if (!match) return undefined;
  const id = { seed: Number(match[1]), world: Number.parseInt(match[2] as string, 16), index: Number(match[3]) };
  const fits = Number.isSafeInteger(id.seed) && id.world < MAX_WORLDS && id.index < CASES_PER_WORLD;
  return fits ? id : undefined;
}

/** Compares case ids by their order in a campaign. */
export function compareCaseIds(a: CaseId, b: CaseId): number {
  return a.world - b.world || a.index - b.index;
}

/** The slot of a world's profile, in PROFILE_SLOTS. */
export function slotOfWorld(world: number): number {
  return world % PROFILE_SLOTS.length;
}

/** The number of the `n`th world (from 0) of a campaign of these slots of PROFILE_SLOTS. */
export function nthWorld(slots: readonly number[], n: number): number {
  return Math.floor(n / slots.length) * PROFILE_SLOTS.length + (slots[n % slots.length] as number);
}
