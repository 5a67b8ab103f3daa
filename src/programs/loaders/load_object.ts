import type { BpfObject } from '../bpf_object.js';
import type { LibbpfRelease } from '../libbpf/section_table.js';
import { loadWithCilium } from './cilium/cilium_loader.js';
import { loadWithLibbpf } from './libbpf/libbpf_loader.js';
import type { AnswerCall, CallAnswer, LoadFailure, LoadStep } from './load_session.js';
import { LoadSession, runToEnd } from './load_session.js';
import type { LoaderName } from './loader_names.js';
import type { LoaderSetup } from './loader_setup.js';

/** A load, call by call. */
export interface ObjectLoad<Answer extends CallAnswer = CallAnswer> {
  readonly loader: LoaderName;
  readonly steps: readonly LoadStep<Answer>[];
  /** Undefined where the object is loaded. */
  readonly failure: LoadFailure<Answer> | undefined;
}

/** Loads an object with a loader, whose calls `answer` answers: what it sends depends on what it is answered. */
export function loadObject<Answer extends CallAnswer>(
  loader: LoaderName,
  object: BpfObject,
  setup: LoaderSetup,
  answer: AnswerCall<Answer>,
): ObjectLoad<Answer> {
  const session = new LoadSession(answer);
  const failure = runToEnd<Answer>(() => {
    if (loader === 'cilium-0.22') loadWithCilium(session, object, setup);
    else loadWithLibbpf(session, loader.slice('libbpf-'.length) as LibbpfRelease, object, setup);
  });
  return { loader, steps: session.steps, failure };
}
