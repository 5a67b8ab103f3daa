/**
 * The keys at the top of a text in YAML or JSON, without reading all of it as such: in block style the keys with the indentation of the
 * first one, in flow style those between the first brace and its end.
 */
export function* topLevelKeys(text: string): Generator<string> {
  const start = text.replace(/^\ufeff/, '');
  const first = /^(?:\s*(?:#[^\n]*|---[^\n]*|%[^\n]*)?\n)*([ ]*)(\S)/.exec(start);
  if (!first) return;
  const [whole, indent = '', sign = ''] = first;
  if (sign === '{') {
    yield* flowKeys(start, whole.length);
    return;
  }
  const key = new RegExp(`^${indent}(?:\\? *)?(?:"([^"\\n]*)"|'([^'\\n]*)'|([\\w-]+))\\s*(?::|$)`, 'gm');
  for (const [, double, single, plain] of start.matchAll(key)) yield double ?? single ?? (plain as string);
}

/** A string in quotes, a word, or a sign of the structure; comments are stepped over. */
const TOKEN = /"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|#[^\n]*|[[\]{},:]|[^\s[\]{},:"'#]+/gs;

function* flowKeys(text: string, start: number): Generator<string> {
  let depth = 1;
  let before: string | undefined;
  TOKEN.lastIndex = start;
  for (let found = TOKEN.exec(text); found && depth > 0; found = TOKEN.exec(text)) {
    const [token, double, single] = found;
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token === ':' && depth === 1 && before !== undefined) yield before;
    if (!token.startsWith('#')) before = /^[[\]{},:]$/.test(token) ? undefined : (double ?? single ?? token);
  }
}
