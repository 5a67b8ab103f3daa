import { MASK_KIND, MASK_NAMES } from '../../dist/kernel/masks.js';
import { randomFrom } from './random_from.mjs';

const SEPARATORS = [
  ',',
  ',',
  ', ',
  ' , ',
  ',,',
  ':',
  ':',
  ', :',
  '\t,',
  ',\u00a0',
  ',\u0085',
  ',\ufeff',
  '::',
  ';',
  ' ',
];
const ODD = [
  'any',
  'ANY',
  '',
  ' ',
  '0',
  '0x20',
  '017',
  '+5',
  '-1',
  '0x1ffffffffffffffff',
  '18446744073709551615',
  '0b1',
  'xpd',
  '"any"',
];

/** Values of the four masks of an instance, `count` times: names of any mask in any case, with and without prefix, numbers, any. */
export function randomValues(seed, count, vocabulary) {
  const pick = randomFrom(seed);
  return Array.from({ length: count }, () =>
    Object.fromEntries(MASK_NAMES.map((mask) => [mask, value(pick, mask, vocabulary)])),
  );
}

function value(pick, mask, vocabulary) {
  if (pick(4) === 0) return '';
  // A value that is refused hides the others of its instance: most are good.
  const isGood = pick(5) > 0;
  let text = pick(10) === 0 ? ' ' : '';
  const length = pick(30) === 0 ? 30 : pick(6);
  for (let i = 0; i < length; i++) {
    if (i > 0) text += SEPARATORS[pick(isGood ? 6 : SEPARATORS.length)];
    text += isGood || pick(3) > 0 ? name(pick, mask, vocabulary) : ODD[pick(ODD.length)];
  }
  return pick(12) === 0 ? `${text}, ` : text;
}

function name(pick, mask, vocabulary) {
  const names = vocabulary.names(MASK_KIND[pick(40) === 0 ? MASK_NAMES[pick(4)] : mask]);
  const found = names[pick(names.length)];
  if (pick(60) === 0) return `BPF_${found.toUpperCase()}`;
  return pick(6) === 0 ? found.toUpperCase() : found;
}
