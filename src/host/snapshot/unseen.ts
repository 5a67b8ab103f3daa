import { errorCode } from '../../batch/errors.js';
import type { UnseenFacts, UnseenKind } from '../facts/host_facts.js';

/** Errors that say that a process has ended. Source: fs/proc/base.c. */
const ENDED = ['ENOENT', 'ESRCH'];

/** Whether a read of a file of a process failed because the process, or the descriptor, is no longer there. */
export function isEndOfProcess(error: unknown): boolean {
  return ENDED.includes(errorCode(error) ?? '');
}

/** Counts what cannot be seen, by kind and errno. */
export class Unseen {
  readonly #found = new Map<string, { what: UnseenKind; why: string; count: number; example: string }>();

  /** One more that could not be seen. */
  add(what: UnseenKind, why: string, example: string): void {
    const key = `${what} ${why}`;
    const before = this.#found.get(key);
    if (before) before.count += 1;
    else this.#found.set(key, { what, why, count: 1, example });
  }

  /**
   * What a read of something of a process gives; undefined where it cannot be read. A refusal is counted, the end of the process is
   * not.
   */
  ofProcess<Value>(what: UnseenKind, path: string, read: (path: string) => Value): Value | undefined {
    try {
      return read(path);
    } catch (error) {
      if (!isEndOfProcess(error)) this.add(what, errorCode(error) ?? 'error', path);
      return undefined;
    }
  }

  /** The same of a file of the host, whose absence counts. */
  ofHost<Value>(what: UnseenKind, path: string, read: (path: string) => Value): Value | undefined {
    try {
      return read(path);
    } catch (error) {
      this.add(what, errorCode(error) ?? 'error', path);
      return undefined;
    }
  }

  get facts(): readonly UnseenFacts[] {
    return [...this.#found.values()];
  }
}
