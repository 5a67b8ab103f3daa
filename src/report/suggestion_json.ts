import { bitNumbers } from '../abi/bits.js';
import type { CapabilityName } from '../abi/capabilities.js';
import type { TargetName } from '../dialects/write/targets.js';
import { capName } from '../kernel/capability.js';
import { MASK_KIND, type MaskName } from '../kernel/masks.js';
import type { MinimalityProof } from '../programs/least/least_delegation.js';
import type { ModelledAnswer } from '../programs/loaders/kernel_answers.js';
import type { LoadStep } from '../programs/loaders/load_session.js';
import { outsideToken } from '../programs/loaders/outside_token.js';
import { describeLoaderCall } from './loader_call_text.js';
import type { SuggestJson } from './schemas/suggest.js';
import type { Suggestion } from './suggestion.js';

/** The least delegation as JSON. */
export function suggestionJson(suggestion: Suggestion): SuggestJson {
  const { profile, loader, objects, least, quiet, written } = suggestion;
  const names = (mask: MaskName) => suggestedNames(suggestion, mask);
  return {
    schema: 'bpf-token-sim/suggest/1',
    profile: profile.name,
    loader,
    objects: objects.map(({ file, object }) => ({ file, offset: object.offset })),
    delegate_cmds: names('cmds'),
    delegate_maps: names('maps'),
    delegate_progs: names('progs'),
    delegate_attachs: names('attachs'),
    capabilities: bitNumbers(least.capabilities).map((cap) => capName(cap) as CapabilityName),
    reasons: least.proofs.map((proof) => {
      const { failure } = proof;
      return {
        mask: proof.bit?.mask ?? null,
        name: neededName(suggestion, proof),
        file: objects[proof.object]?.file ?? '',
        call: failure.step ? describeLoaderCall(failure.step.call) : null,
        purpose: failure.step?.purpose ?? null,
        errno: failure.errno,
        message: failure.message,
      };
    }),
    quiet_probes: quiet
      ? quiet.added.map(({ mask, bit, step }) => ({
          mask,
          name: profile.vocabulary.nameOf(MASK_KIND[mask], bit),
          call: describeLoaderCall(step.call),
          purpose: step.purpose,
        }))
      : null,
    has_others: least.hasOthers,
    refused: refusedSteps(suggestion).map(({ file, step }) => ({
      file,
      call: describeLoaderCall(step.call),
      purpose: step.purpose,
      consequence: step.consequence === 'degrades' ? 'degrades' : 'harmless',
      effect: step.effect ?? '',
    })),
    outside: objects.flatMap(({ file, object }) =>
      outsideToken(object).map(({ action, of, decidedBy }) => ({ file, action, of, decided_by: decidedBy })),
    ),
    written: written ? { target: written.target as TargetName, text: written.text } : null,
  };
}

/** The names of the bits of a mask. */
export function suggestedNames({ profile, least, quiet }: Suggestion, mask: MaskName): string[] {
  return bitNumbers((quiet ?? least).masks[mask]).map((bit) => profile.vocabulary.nameOf(MASK_KIND[mask], bit));
}

/** The name of what a proof takes away. */
export function neededName({ profile }: Suggestion, { bit, capability }: MinimalityProof): string {
  return bit ? profile.vocabulary.nameOf(MASK_KIND[bit.mask], bit.bit) : capName(capability ?? 0);
}

/** Calls that stay refused, each kind of one object once. */
export function refusedSteps({ objects, least, quiet }: Suggestion) {
  return (quiet ?? least).loads.flatMap(({ steps }, i) => {
    const file = objects[i]?.file ?? '';
    const seen = new Set<string>();
    const refused: { readonly file: string; readonly step: LoadStep<ModelledAnswer> }[] = [];
    for (const step of steps) {
      const key = `${describeLoaderCall(step.call)} ${step.purpose}`;
      if (step.consequence === undefined || seen.has(key)) continue;
      seen.add(key);
      refused.push({ file, step });
    }
    return refused;
  });
}
