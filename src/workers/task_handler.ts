/** What a worker sends back: so that whatever else happens to a task means that its worker died. */
export type TaskOutcome<Result> = { readonly result: Result } | { readonly error: unknown };

/**
 * A worker file's default export: answers each task with what `handle` returns, resolves with or throws. `seal` may wrap the
 * answer to a result on its way (moving.ts).
 */
export function taskHandler<Task, Result>(
  handle: (task: Task) => Result | Promise<Result>,
  wrapResult: (result: Result) => TaskOutcome<Result> = (result) => ({ result }),
): (task: Task | null) => TaskOutcome<Result> | Promise<TaskOutcome<Result>> | null {
  return (task) => {
    // A crew sends nothing to have a worker started.
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
