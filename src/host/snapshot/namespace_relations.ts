import { getSystemErrorName } from 'node:util';
import type { RelationTool } from '../facts/host_facts.js';
import { PERL, PYTHON } from './relation_scripts.js';
import { scriptOutput } from './script_output.js';

/** A namespace to ask for, by the files that stand for it: the first that opens is taken. */
export interface NamespaceFiles {
  readonly kind: 'user' | 'mount';
  readonly paths: readonly string[];
}

/** An inode number or a uid, or the name of the errno for which there is none. */
export type RelationAnswer = number | string;

/** What the kernel says of namespaces. */
export interface Relations {
  readonly tool: RelationTool;
  /** By inode number: the namespaces that were asked for, and their ancestors. */
  readonly users: ReadonlyMap<number, { readonly parent: RelationAnswer; readonly owner: RelationAnswer }>;
  /** By inode number: the user namespace that owns a mount namespace. */
  readonly mounts: ReadonlyMap<number, RelationAnswer>;
}

/** The programs that can ask, in the order in which they are tried. */
export const RELATION_TOOLS: readonly { readonly tool: RelationTool; readonly args: readonly string[] }[] = [
  { tool: 'perl', args: ['-e', PERL] },
  { tool: 'python3', args: ['-c', PYTHON] },
];

/** Asks for all of them in one process. Without a program that can ask, nothing is known. Rejects with an AbortError after the signal. */
export async function namespaceRelations(
  files: readonly NamespaceFiles[],
  signal: AbortSignal,
  tools = RELATION_TOOLS,
): Promise<Relations> {
  const input = files.map(({ kind, paths }) => `${kind === 'user' ? 'u' : 'm'}\t${paths.join('\t')}\n`).join('');
  for (const { tool, args } of tools) {
    const output = await scriptOutput(tool, args, input, signal);
    if (output !== undefined) return { tool, ...parseRelations(output) };
  }
  return { tool: 'none', users: new Map(), mounts: new Map() };
}

function parseRelations(output: string): Pick<Relations, 'users' | 'mounts'> {
  const users = new Map<number, { parent: RelationAnswer; owner: RelationAnswer }>();
  const mounts = new Map<number, RelationAnswer>();
  for (const line of output.split('\n')) {
    const [kind, ...rest] = line.split(' ');
    const [ino = 0, first = 0, second = 0] = rest.map(Number);
    if (kind === 'u') users.set(ino, { parent: answerOf(first), owner: answerOf(second) });
    if (kind === 'm') mounts.set(ino, answerOf(first));
  }
  return { users, mounts };
}

function answerOf(number: number): RelationAnswer {
  return number < 0 ? getSystemErrorName(number) : number;
}
