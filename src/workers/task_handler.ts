/** The answer of a worker. A task that ends in any other way has crashed its worker. */
export type TaskOutcome<Result> = { readonly result: Result } | { readonly error: unknown };

/**
 * The default export of a worker file: answers each task with the result or error of `handle`. `wrapResult` may transfer
 * buffers of the result instead of copying them (transfer.ts).
 */
export function taskHandler<Task, Result>(
  handle: (task: Task) => Result | Promise<Result>,
  wrapResult: (result: Result) => TaskOutcome<Result> = (result) => ({ result }),
): (task: Task | null) => TaskOutcome<Result> | Promise<TaskOutcome<Result>> | null {
  return (task) => {
    // A pool sends null to start a worker.
    if (task === null) return null;
    try {
      const result = handle(task);
      return result instanceof Promise
        ? result.then(wrapResult).catch((error: unknown) => ({ error }))
        : wrapResult(result);
    } catch (error) {
      return { error };
    }
  };
}
