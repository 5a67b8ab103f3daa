/** What is wrong with a value, and where in it: keys and indexes. */
export interface FormProblem {
  readonly path: readonly (string | number)[];
  readonly expected: string;
}

/** Looks at a value; undefined where it has the form. */
export type Check = (value: unknown) => FormProblem | undefined;

const fails = (expected: string): FormProblem => ({ path: [], expected });

/** A text, of a form where one is given. */
export function textCheck(form = /^/, expected = 'a text'): Check {
  return (value) => (typeof value === 'string' && form.test(value) ? undefined : fails(expected));
}

/** A whole number. */
export function wholeCheck(least: number, most: number): Check {
  const expected = `a whole number from ${least} to ${most}`;
  return (value) =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most ? undefined : fails(expected);
}

/** One of some texts. */
export function oneOfCheck(values: readonly string[]): Check {
  return (value) => (values.includes(value as string) ? undefined : fails(`one of ${values.join(', ')}`));
}

/** null, or what another check takes. */
export function orNull(check: Check): Check {
  return (value) => {
    const problem = value === null ? undefined : check(value);
    return problem && problem.path.length === 0 ? fails(`${problem.expected}, or null`) : problem;
  };
}

/** A list; of a length where one is given. */
export function listCheck(item: Check, length?: number): Check {
  const expected = length === undefined ? 'a list' : `a list of ${length}`;
  return (value) => {
    if (!Array.isArray(value) || (length !== undefined && value.length !== length)) return fails(expected);
    for (const [i, one] of value.entries()) {
      const problem = item(one);
      if (problem) return { ...problem, path: [i, ...problem.path] };
    }
    return undefined;
  };
}

/** An object with these keys. Others may be there: a later release can write more. */
export function objectCheck(shape: Readonly<Record<string, Check>>): Check {
  const keys = Object.entries(shape);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return fails('an object');
    for (const [key, check] of keys) {
      if (!Object.hasOwn(value, key)) return fails(`an object with ${key}`);
      const problem = check((value as Record<string, unknown>)[key]);
      if (problem) return { ...problem, path: [key, ...problem.path] };
    }
    return undefined;
  };
}
