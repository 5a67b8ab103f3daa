import { evaluateWithCause } from '../explain/evaluate.js';
import { type Remediation, remediate } from '../explain/remediate.js';
import type { RequestContext } from '../explain/request_context.js';
import type { World } from '../kernel/world.js';
import type { BpfObject } from '../programs/bpf_object.js';
import type { ModelledAnswer } from '../programs/loaders/kernel_answers.js';
import type { ObjectLoad } from '../programs/loaders/load_object.js';
import type { LoadStep } from '../programs/loaders/load_session.js';
import { describeCause } from './verdict_text.js';

/** The load of an object in a world, and what it was of. */
export interface ObjectCheck {
  /** The world that answered: KernelAnswers.world. */
  readonly world: World;
  readonly task: number;
  /** The file, as it was named. */
  readonly file: string;
  readonly object: BpfObject;
  /** The bpffs at /sys/fs/bpf, by name. */
  readonly bpffs: string | undefined;
  readonly load: ObjectLoad<ModelledAnswer>;
}

/** A step of a load on the model. */
export type ModelledStep = LoadStep<ModelledAnswer>;

/** Why a call was refused, in words; undefined where it was not, or where its errno is what the loader wants. */
export function describeRefusal(world: World, { answer, consequence }: ModelledStep): string | undefined {
  if (consequence === undefined) return undefined;
  const { because, request, refusedBy } = answer;
  if (because !== undefined) return because;
  if (!request || refusedBy !== 'permission') return undefined;
  return describeCause(world.profile, request, evaluateWithCause({ world, request }));
}

/** What would make a refused call pass; undefined where no permission decided. */
export function adviceFor(
  world: World,
  { answer, call }: ModelledStep,
): { readonly context: RequestContext; readonly advice: Remediation } | undefined {
  const { request, refusedBy } = answer;
  // A descriptor that is none is the loader's own, and nothing in the world mends it.
  if (!request || refusedBy !== 'permission' || ('token' in call && call.token === 'descriptor_0')) return undefined;
  const context = { world, request };
  return { context, advice: remediate(context) };
}
