import { type Masks, masksKey } from '../../kernel/masks.js';
import type { BpfObject } from '../bpf_object.js';
import { loadDelegated, type TargetKernel } from '../loaders/delegated_load.js';
import type { ModelledAnswer } from '../loaders/kernel_answers.js';
import type { ObjectLoad } from '../loaders/load_object.js';
import type { LoadStep } from '../loaders/load_session.js';
import type { LoaderName } from '../loaders/loader_names.js';
import type { LeastDelegation } from './least_delegation.js';
import { type MaskBit, neededBits } from './needed_bits.js';

/** A bit that a probe needs, and the first probe that does. */
export interface ProbeBit extends MaskBit {
  readonly step: LoadStep<ModelledAnswer>;
}

/** A delegation with which no probe is refused that a token can help. */
export interface QuietDelegation {
  readonly masks: Readonly<Masks>;
  /** What it has besides the least delegation. */
  readonly added: readonly ProbeBit[];
  readonly loads: readonly ObjectLoad<ModelledAnswer>[];
}

/**
 * Adds to a least delegation the bits of calls with the token that stay refused, until none is left that bits help; capabilities stay.
 * Undefined where an object does not load any more then, whatever is delegated: what a loader sends depends on what it is allowed.
 */
export function quietDelegation(
  loader: LoaderName,
  objects: readonly BpfObject[],
  kernel: TargetKernel,
  { masks: least, capabilities }: Pick<LeastDelegation, 'masks' | 'capabilities'>,
): QuietDelegation | undefined {
  const added: ProbeBit[] = [];
  let masks: Masks = { ...least };
  for (;;) {
    const loads = objects.map((object) => loadDelegated(loader, object, kernel, { masks, capabilities }));
    const next = { ...masks };
    // Where a probe passes, a loader may send something else, which needs bits of its own: the call that ends a load is among the refused.
    for (const step of loads.flatMap(({ steps }) => steps)) {
      const isHelped = step.consequence !== undefined && 'token' in step.call && step.call.token === 'token';
      for (const { mask, bit } of isHelped ? neededBits(kernel.profile, step.call) : []) {
        if ((next[mask] >> BigInt(bit)) & 1n) continue;
        next[mask] |= 1n << BigInt(bit);
        added.push({ mask, bit, step });
      }
    }
    if (masksKey(next) === masksKey(masks)) {
      if (loads.some(({ failure }) => failure)) return undefined;
      return withoutUseless({ masks, added, loads }, (fewer) =>
        objects.map((object) => loadDelegated(loader, object, kernel, { masks: fewer, capabilities })),
      );
    }
    masks = next;
  }
}

/** Without the bits of probes that are refused all the same, for want of a capability. */
function withoutUseless(
  quiet: QuietDelegation,
  load: (masks: Masks) => readonly ObjectLoad<ModelledAnswer>[],
): QuietDelegation {
  const refused = refusedOf(quiet.loads);
  for (const bit of quiet.added) {
    const masks = { ...quiet.masks, [bit.mask]: quiet.masks[bit.mask] & ~(1n << BigInt(bit.bit)) };
    const loads = load(masks);
    if (refusedOf(loads) !== refused) continue;
    return withoutUseless({ masks, added: quiet.added.filter((other) => other !== bit), loads }, load);
  }
  return quiet;
}

/** What is refused, as a text. */
function refusedOf(loads: readonly ObjectLoad<ModelledAnswer>[]): string {
  return loads
    .map(({ steps, failure }) => {
      const purposes = steps.flatMap(({ consequence, purpose }) => (consequence === undefined ? [] : [purpose]));
      return `${purposes.join(', ')} ${failure?.message ?? ''}`;
    })
    .join('; ');
}
