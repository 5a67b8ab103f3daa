/** What a worker sends back: so that whatever else happens to a task means that its worker died. */
export type Answer<Result> = { readonly result: Result } | { readonly error: unknown };

/**
 * A worker file's default export: answers each task with what `handle` returns, resolves with or throws. `seal` may wrap the
 * answer to a result on its way (moving.ts).
 */
export function answering<Task, Result>(
  handle: (task: Task) => Result | Promise<Result>,
  seal: (result: Result) => Answer<Result> = (result) => ({ result }),
): (task: Task | null) => Answer<Result> | Promise<Answer<Result>> | null {
  return (task) => {
    // A crew sends nothing to have a worker started.
    if (task === null) return null;
    try {
      const result = handle(task);
      return result instanceof Promise ? result.then(seal).catch((error: unknown) => ({ error })) : seal(result);
    } catch (error) {
      return { error };
    }
  };
}
