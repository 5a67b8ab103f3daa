import { attachTypesOf, isUsedWith } from '../attach_types.js';
import { type Found, hasBit, listed, wholeMaskRule } from '../rule.js';

/** prog_load asks both masks (kernel/bpf/token.c: bpf_token_allow_prog_type()): a bit of one needs a fitting bit of the other. */
export const typesNeverMeet = wholeMaskRule(
  'types-never-meet',
  'error',
  'A program type none of whose attach types is delegated, or an attach type none of whose program types is.',
  function* (delegation, { profile: { vocabulary } }): Iterable<Found> {
    const { progs, attachs } = delegation.masks;
    if (progs.bits === 0n || attachs.bits === 0n) return;
    for (const { bit, written, at } of progs.origins) {
      if (isWhole(written) || !vocabulary.has('prog_types', bit)) continue;
      const used = attachTypesOf(vocabulary, bit);
      if (!used || [...used].some((type) => hasBit(attachs, type))) continue;
      const names = [...used].map((type) => attachName(vocabulary.nameOf('attach_types', type), type));
      const name = vocabulary.nameOf('prog_types', bit);
      yield {
        at,
        message: `programs of type ${name} are loaded with ${listed(names)}, of which delegate_attachs has none`,
      };
    }
    for (const { bit, written, at } of attachs.origins) {
      if (isWhole(written) || !vocabulary.has('attach_types', bit) || bit === 0) continue;
      const types = vocabulary.names('prog_types').map((name) => vocabulary.require('prog_types', name));
      const users = types.filter((type) => type !== 0 && isUsedWith(vocabulary, type, bit));
      if (users.length === 0 || users.some((type) => hasBit(progs, type))) continue;
      // Of a type whose attach types are not known, any may be meant: it is not named.
      const known = users.filter((type) => attachTypesOf(vocabulary, type) !== undefined);
      const names = known.map((type) => vocabulary.nameOf('prog_types', type));
      if (names.length === 0) continue;
      const name = vocabulary.nameOf('attach_types', bit);
      yield { at, message: `${name} is an attach type of ${listed(names)} programs, of which delegate_progs has none` };
    }
  },
);

/** Bits of `any` or of a number are not named one by one. */
function isWhole(written: string): boolean {
  return /^(?:any$|[+\d])/.test(written);
}

function attachName(name: string, type: number): string {
  return type === 0 ? `attach type 0 (${name})` : name;
}
