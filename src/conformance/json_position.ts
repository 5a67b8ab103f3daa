import { type Node, type ParseError, parseTree } from 'jsonc-parser';

const OPTIONS = { disallowComments: true, allowTrailingComma: false };

/** Column (from 1) at which the value of a path begins in a line of JSON, or else its innermost part that exists. */
export function columnOf(line: string, path: readonly (string | number)[]): number {
  let node = parse(line, []);
  for (const part of path) {
    const child = childOf(node, part);
    if (child === undefined) break;
    node = child;
  }
  return (node?.offset ?? 0) + 1;
}

/** Column (from 1) of the first syntax error in a line that is not JSON. */
export function columnOfSyntaxError(line: string): number {
  const errors: ParseError[] = [];
  parse(line, errors);
  return (errors[0]?.offset ?? 0) + 1;
}

/** Of two members with one name, JSON.parse() takes the last. */
function childOf(node: Node | undefined, part: string | number): Node | undefined {
  if (typeof part === 'number') return node?.type === 'array' ? node.children?.[part] : undefined;
  return node?.children?.findLast(({ children }) => children?.[0]?.value === part)?.children?.[1];
}

/** Undefined for a line that nests too deeply for the parser, which is recursive; JSON.parse() is not. */
function parse(line: string, errors: ParseError[]): Node | undefined {
  try {
    return parseTree(line, errors, OPTIONS);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
