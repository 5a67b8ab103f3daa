import { MASK_ANY } from '../abi/bpf.js';
import { MASK_KIND, type MaskName } from '../kernel/masks.js';
import { shortName } from '../kernel/vocabulary.js';
import { nearestOf } from '../names/nearest.js';
import { KIND_LABEL } from '../names/spelling.js';
import { quote } from '../names/unknown_name.js';
import { maskOf, originsOf } from './build_mask.js';
import type { BitOrigin, DelegatedMask } from './delegation.js';
import type { ReadContext } from './read_context.js';
import type { PlacedText, Span } from './source_text.js';

/**
 * A mask that a tool printed as names in the kernel's spelling, or `any`. A name that the kernel has no bit for, and a hexadecimal
 * rest, as mountinfo has them, are taken too; anything else is a warning.
 */
export function readPrintedNames(
  { profile, account }: ReadContext,
  mask: MaskName,
  names: readonly PlacedText[],
  at: Span,
): DelegatedMask {
  const kind = MASK_KIND[mask];
  const enumerators = profile.vocabulary.enumerators[kind];
  const origins: BitOrigin[] = [];
  for (const name of names) {
    const found = enumerators.find((enumerator) => shortName(kind, enumerator.name) === name.text);
    if (name.text === 'any') origins.push(...originsOf(MASK_ANY, name));
    else if (found) origins.push(...originsOf(1n << BigInt(found.value % 64), name));
    else if (/^0x[0-9a-f]{1,16}$/.test(name.text)) origins.push(...originsOf(BigInt(name.text), name));
    else {
      const nearest = nearestOf(name.text, ['any', ...profile.vocabulary.names(kind)]);
      const hint = nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`;
      const message = `${profile.name} has no ${KIND_LABEL[kind]} ${quote(name.text)}${hint}`;
      account.warn(name.at, {
        code: 'misspelt-name',
        message,
        expected: `names of ${KIND_LABEL[kind]}s, or any`,
        nearest,
      });
    }
  }
  return maskOf(origins, at);
}
