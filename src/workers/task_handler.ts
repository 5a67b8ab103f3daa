/** What a worker sends back: any other end of a task means that its worker crashed. */
export type TaskOutcome<Result> = { readonly result: Result } | { readonly error: unknown };

/**
 * A worker file's default export: answers each task with what `handle` returns, resolves with or throws. `wrapResult` may
 * say that buffers of the result change threads (transfer.ts).
 */
export function taskHandler<Task, Result>(
  handle: (task: Task) => Result | Promise<Result>,
  wrapResult: (result: Result) => TaskOutcome<Result> = (result) => ({ result }),
): (task: Task | null) => TaskOutcome<Result> | Promise<TaskOutcome<Result>> | null {
  return (task) => {
    // A pool sends null to have a worker started.
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
