import { MASK_ANY } from '../../abi/bpf.js';
import { MASK_NAMES, type MaskName, masksBy } from '../../kernel/masks.js';
import { kstrtou64 } from '../../kernel/mount_options.js';
import { nearestOf } from '../../names/nearest.js';
import { quote } from '../../names/unknown_name.js';
import { maskOf, originsOf } from '../build_mask.js';
import { type DelegatedMask, type Delegation, EMPTY_MASK } from '../delegation.js';
import type { ReadContext } from '../read_context.js';
import { type PlacedText, piece, trimPlaced } from '../source_text.js';

const MASK_OF_KEY: Readonly<Record<string, MaskName>> = Object.fromEntries(
  MASK_NAMES.map((mask) => [`allowed_${mask}`, mask]),
);
/** What any file's fdinfo starts with (fs/proc/fd.c: seq_show()). */
const GENERAL = ['pos', 'flags', 'mnt_id', 'ino', 'lock'];

/** A line of the masks of a token. */
export const FDINFO_MASK = /^\s*allowed_(?:cmds|maps|progs|attachs):/m;

/**
 * Reads /proc/PID/fdinfo/FD of tokens: four masks each, a number or `any`. Several can stand one after the other: `pos:` starts one.
 * Source: kernel/bpf/token.c: bpf_token_show_fdinfo(), 6.9 and later.
 */
export function readFdinfo(context: ReadContext): readonly Delegation[] {
  const { account } = context;
  const delegations: Delegation[] = [];
  let masks: Record<MaskName, DelegatedMask> | undefined;
  let start: PlacedText | undefined;
  const finish = () => {
    const missing = masks && MASK_NAMES.filter((mask) => masks?.[mask].at === undefined);
    if (start && masks && missing && missing.length < MASK_NAMES.length) {
      if (missing.length > 0) {
        account.warn(start.at, {
          code: 'malformed',
          message: `fdinfo of a token has four masks; allowed_${missing.join(', allowed_')} is not there`,
        });
      }
      delegations.push(tokenOf(start, masks, delegations.length));
    }
    masks = undefined;
    start = undefined;
  };
  for (const line of account.lines) {
    const { text } = trimPlaced(line);
    const number = line.at.line;
    const [, key = ''] = /^\s*(\w+):/.exec(line.text) ?? [];
    const mask = MASK_OF_KEY[key];
    if (text === '') account.irrelevant(number, 'blank');
    else if (mask) {
      if (masks?.[mask].at) finish();
      masks ??= masksBy((): DelegatedMask => EMPTY_MASK);
      start ??= line;
      account.understood(number, key);
      masks[mask] = readMask(trimPlaced(piece(line, line.text.indexOf(':') + 1)), key, context);
    } else if (GENERAL.includes(key)) {
      if (key === 'pos') finish();
      start ??= line;
      account.irrelevant(number, 'other_setting');
    } else {
      const nearest = nearestOf(key, Object.keys(MASK_OF_KEY));
      if (nearest === undefined) account.irrelevant(number, 'other_text');
      else {
        account.understood(number, 'not a mask');
        account.warn(line.at, {
          code: 'malformed',
          message: `${quote(key)} is no line of fdinfo; did you mean ${quote(nearest)}?`,
          nearest,
        });
      }
    }
  }
  finish();
  return delegations;
}

function readMask(value: PlacedText, key: string, { account }: ReadContext): DelegatedMask {
  if (value.text === 'any') return maskOf(originsOf(MASK_ANY, value), value.at);
  const bits = /^0x/.test(value.text) || value.text === '0' ? kstrtou64(value.text) : -1;
  if (typeof bits === 'bigint') return maskOf(originsOf(bits, value), value.at);
  account.warn(value.at, {
    code: 'malformed',
    message: `${key}: expected any, or a number of at most 64 bits in hexadecimal, not ${quote(value.text)}`,
  });
  return { ...EMPTY_MASK, at: value.at };
}

function tokenOf(start: PlacedText, masks: Readonly<Record<MaskName, DelegatedMask>>, index: number): Delegation {
  return {
    kind: 'token',
    name: index === 0 ? 'token' : `token ${index + 1}`,
    at: start.at,
    path: undefined,
    masks,
    uid: undefined,
    gid: undefined,
    mode: undefined,
    // A token that is there was made: outside of the initial user namespace.
    owner: 'own',
    process: undefined,
    network: undefined,
    unusable: undefined,
  };
}
