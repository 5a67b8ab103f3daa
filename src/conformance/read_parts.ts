import { ERRNO, type ErrnoName } from '../abi/errno.js';
import { MASK_NAMES, type Masks } from '../kernel/masks.js';
import type { CallResult, TokenShown } from './record.js';
import type { Fields } from './record_fields.js';

/** The largest error number a system call returns. */
const MAX_ERRNO = 4095;

/** Four masks by name: `allowed_cmds`, ... */
export function masksOf(fields: Fields, prefix: string): Masks {
  const masks = {} as Masks;
  for (const mask of MASK_NAMES) masks[mask] = fields.mask(`${prefix}_${mask}`);
  return masks;
}

/** The result of a call. */
export function resultOf(fields: Fields): CallResult {
  const ok = fields.flag('ok');
  const error = fields.textOrNull('error');
  if (ok) {
    if (fields.has('errno') && fields.int('errno') !== 0) fields.fail('errno', '0, as ok is true,');
    if (error !== null) fields.fail('error', 'null, as ok is true,');
    return { ok, errno: 0, error: null };
  }
  const errno = Math.abs(fields.int('errno'));
  if (errno === 0 || errno > MAX_ERRNO) fields.fail('errno', `the number of an error, 1 to ${MAX_ERRNO},`);
  if (error !== null && Object.hasOwn(ERRNO, error) && ERRNO[error as ErrnoName] !== errno) {
    fields.fail('error', `the name of errno ${errno}`);
  }
  return { ok, errno, error };
}

/** `fdinfo` and `info` of a token, as far as the record has them. */
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
    const lines = new Map([...value.matchAll(/^(allowed_\w+):\s*(\S+)/gm)].map(([, key, mask]) => [key, mask]));
    if (!MASK_NAMES.every((mask) => lines.has(`allowed_${mask}`)))
      fields.fail('fdinfo', 'a line for each of four masks');
    return Object.fromEntries(lines);
  }
  const object = fields.object('fdinfo');
  return Object.fromEntries(MASK_NAMES.map((mask) => [`allowed_${mask}`, object.text(`allowed_${mask}`)]));
}
