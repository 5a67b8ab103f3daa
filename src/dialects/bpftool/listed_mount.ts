import type { MaskName } from '../../kernel/masks.js';
import type { DelegatedMask, Delegation } from '../delegation.js';
import type { Span } from '../source_text.js';

/** A bpffs that `bpftool token list` shows. It lists mounts that delegate something; tokens are made of them. */
export function listedMount(
  path: string | undefined,
  masks: Readonly<Record<MaskName, DelegatedMask>>,
  at: Span,
): Delegation {
  return {
    kind: 'bpffs',
    name: path ?? 'bpffs',
    at,
    path,
    masks,
    uid: undefined,
    gid: undefined,
    mode: undefined,
    owner: undefined,
    process: undefined,
    network: undefined,
    unusable: undefined,
  };
}
