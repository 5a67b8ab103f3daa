import type { ErrnoName } from '../../abi/errno.js';
import type { LoaderCall } from './loader_call.js';

/** What comes of a refusal: nothing that matters, something that is done otherwise or left out, or the end of the load. */
export type Consequence = 'harmless' | 'degrades' | 'fatal';

/** What is answered to a call. */
export interface CallAnswer {
  /** Null where the call succeeds. */
  readonly errno: ErrnoName | null;
}

/** Answers calls: the model of a kernel, or a recording of one. */
export type AnswerCall<Answer extends CallAnswer = CallAnswer> = (call: LoaderCall) => Answer;

/** A call of a load, what it is for, and what was answered. */
export interface LoadStep<Answer extends CallAnswer = CallAnswer> {
  readonly call: LoaderCall;
  readonly answer: Answer;
  /** What the loader makes it for, as a phrase: `the probe for BTF`. */
  readonly purpose: string;
  /** Undefined where the call succeeds, and where its errno is the one the loader wants. */
  readonly consequence: Consequence | undefined;
  /** What the loader does after the refusal, in words; undefined without one. */
  readonly effect: string | undefined;
}

/** What a refusal leads to. */
export interface Refusal {
  readonly consequence: Consequence;
  readonly effect: string;
}

/** Why a load fails. */
export interface LoadFailure<Answer extends CallAnswer = CallAnswer> {
  /** What the loader returns; null where it gives up of its own, with no errno. */
  readonly errno: ErrnoName | null;
  /** In words, of the loader. */
  readonly message: string;
  /** The call that was refused; undefined where the loader gave up without one. */
  readonly step: LoadStep<Answer> | undefined;
  /** Calls that failed before; had one succeeded, `step` would not have been made. */
  readonly alternatives: readonly LoadStep<Answer>[];
  /** Refusals before that make this one: the BTF that was not loaded, the probe that was refused. */
  readonly causes: readonly LoadStep<Answer>[];
}

/** Ends a load. Thrown by what sends calls, and caught by runToEnd(). */
class LoadFailed<Answer extends CallAnswer> extends Error {
  readonly failure: LoadFailure<Answer>;

  constructor(failure: LoadFailure<Answer>) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The calls of one load. */
export class LoadSession<Answer extends CallAnswer = CallAnswer> {
  readonly steps: LoadStep<Answer>[] = [];
  readonly #answer: AnswerCall<Answer>;

  constructor(answer: AnswerCall<Answer>) {
    this.#answer = answer;
  }

  /** Makes a call. `wanted` is an errno that is no refusal. */
  send(call: LoaderCall, purpose: string, refused: Refusal, wanted?: ErrnoName): LoadStep<Answer> {
    const answer = this.#answer(call);
    const isRefused = answer.errno !== null && answer.errno !== wanted;
    const step = {
      call,
      answer,
      purpose,
      consequence: isRefused ? refused.consequence : undefined,
      effect: isRefused ? refused.effect : undefined,
    };
    this.steps.push(step);
    return step;
  }

  /** Ends the load. */
  fail(
    errno: ErrnoName | null,
    message: string,
    { step, alternatives = [], causes = [] }: Partial<Omit<LoadFailure<Answer>, 'errno' | 'message'>> = {},
  ): never {
    throw new LoadFailed({ errno, message, step, alternatives, causes });
  }
}

/** Whether a call succeeded. */
export function succeeded(step: LoadStep): boolean {
  return step.answer.errno === null;
}

/** Runs a load to its end: why it failed, or undefined. Other errors are thrown on. */
export function runToEnd<Answer extends CallAnswer>(load: () => void): LoadFailure<Answer> | undefined {
  try {
    load();
    return undefined;
  } catch (error) {
    if (error instanceof LoadFailed) return error.failure as LoadFailure<Answer>;
    throw error;
  }
}
