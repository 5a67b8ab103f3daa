import { MASK_NAMES, type Masks } from '../kernel/masks.js';
import type { Fields } from './fields.js';
import type { CallResult, TokenShown } from './record.js';

/** Four masks by name: `allowed_cmds`, ... */
export function masksOf(fields: Fields, prefix: string): Masks {
  const masks = {} as Masks;
  for (const mask of MASK_NAMES) masks[mask] = fields.mask(`${prefix}_${mask}`);
  return masks;
}

/** What a call answered. */
export function resultOf(fields: Fields): CallResult {
  const ok = fields.flag('ok');
  const errno = ok ? 0 : Math.abs(fields.int('errno'));
  return !ok && errno === 0
    ? fields.fail('errno', 'the number of an error')
    : { ok, errno, error: fields.textOrNull('error') };
}

/** `fdinfo` and `info` of a token, those that are there. */
export function shownOf(fields: Fields): Partial<TokenShown> {
  const shown: { -readonly [Key in keyof TokenShown]?: TokenShown[Key] } = {};
  if (fields.raw('fdinfo') !== undefined) shown.fdinfo = fields.has('fdinfo') ? fdinfoOf(fields) : null;
  if (fields.raw('info') !== undefined)
    shown.info = fields.has('info') ? masksOf(fields.object('info'), 'allowed') : null;
  return shown;
}

/** An object of the four values, or the lines as the kernel writes them. */
function fdinfoOf(fields: Fields): Record<string, string> {
  const value = fields.raw('fdinfo');
  if (typeof value === 'string') {
    return Object.fromEntries([...value.matchAll(/^(allowed_\w+):\s*(\S+)/gm)].map(([, key, mask]) => [key, mask]));
  }
  const object = fields.object('fdinfo');
  return Object.fromEntries(MASK_NAMES.map((mask) => [`allowed_${mask}`, object.text(`allowed_${mask}`)]));
}
