import type { Remedy } from '../explain/remedy.js';
import { KIND_PREFIX } from '../kernel/vocabulary.js';
import type { Assumption } from '../request/assumptions.js';
import type { LoaderAttachType } from '../request/loader_attach_types.js';

/** Sections of a program type that a sentence names. */
const MAX_SHOWN_SECTIONS = 3;

/** `expected_attach_type was not given: 0 (BPF_CGROUP_INET_INGRESS) was assumed; libbpf sends BPF_XDP for SEC("xdp")`. */
export function describeAssumption({ field, name, loaders }: Assumption): string {
  if (field === 'prog_type') return 'prog_type was not given: a program of another type than cgroup_skb was assumed';
  const shown = loaders.slice(0, MAX_SHOWN_SECTIONS).map(describeLoader).join(', ');
  const more = loaders.length - MAX_SHOWN_SECTIONS;
  const rest = more > 0 ? ` and so on (${more} more)` : '';
  const sends = shown === '' ? '' : `; libbpf sends ${shown}${rest}`;
  return `expected_attach_type was not given: 0 (${kernelName(name)}) was assumed${sends}`;
}

/**
 * Whether remedies are for an attach type that was only assumed, in a sentence: a loader would not ask for it, so that delegating
 * it might be for nothing.
 */
export function describeAssumedRemedies(
  assumptions: readonly Assumption[],
  changes: readonly Remedy[],
): string | undefined {
  const usual = assumptions.find(({ field }) => field === 'expected_attach_type')?.loaders[0];
  const delegates = changes.some(
    (change) =>
      (change.kind === 'delegate' && change.mask === 'attachs') ||
      (change.kind === 'new_token' && change.bits.attachs !== undefined),
  );
  if (!usual || usual.attachType === null || !delegates) return undefined;
  return (
    'this is for attach type 0, which was assumed: ' +
    `ask again with expected_attach_type ${usual.attachType} if the program is loaded from SEC("${usual.section}")`
  );
}

function describeLoader({ section, attachType }: LoaderAttachType): string {
  return `${attachType === null ? '0' : kernelName(attachType)} for SEC("${section}")`;
}

function kernelName(attachType: string): string {
  return `${KIND_PREFIX.attach_types}${attachType.toUpperCase()}`;
}
