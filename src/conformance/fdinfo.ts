import { MASK_NAMES, type Masks } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import type { BpfToken } from '../kernel/token.js';
import { bpfTokenShowFdinfo } from '../kernel/token_checks.js';
import type { Difference } from './compared_case.js';
import type { TokenShown } from './record.js';

/** Compares fdinfo and info of a token where the recording has them. */
export function shownDifferences(profile: Profile, token: BpfToken, recorded: Partial<TokenShown>): Difference[] {
  const differences: Difference[] = [];
  const compare = (what: string, kernel: string, model: string): void => {
    if (kernel !== model) differences.push({ what, kernel, model });
  };
  if (recorded.fdinfo) {
    const lines = bpfTokenShowFdinfo(profile, token).matchAll(/^(\w+):\t(.*)$/gm);
    for (const [, key, value] of lines) {
      compare(`fdinfo ${key}`, recorded.fdinfo[key as string] ?? 'nothing', value as string);
    }
  }
  if (recorded.info !== undefined) {
    compare('info', formatMask(recorded.info), profile.rules.token_info ? formatMask(token.allowed) : 'none');
  }
  return differences;
}

function formatMask(masks: Readonly<Masks> | null): string {
  return masks ? MASK_NAMES.map((mask) => `${mask} 0x${masks[mask].toString(16)}`).join(' ') : 'none';
}
