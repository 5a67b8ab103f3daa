import { isOtherPrograms } from '../kernel/permission_cells.js';
import type { World } from '../kernel/world.js';
import type { Policy } from '../policy/policy.js';
import type { PolicyRequest } from '../policy/request_group.js';
import { nameCall } from '../request/name_request.js';
import { printable, shellWord } from '../text/printable.js';
import { describeCalls } from './calls_text.js';

/** How a world of a policy is named to check a request in it. */
export interface PolicyFile {
  /** As it was named. */
  readonly path: string;
  /** Options that make the world of the file: another kernel, what the file does not say, other capabilities. */
  readonly options: readonly string[];
  /** Whether its one task and its one token are meant without naming them: a file of another tool. */
  readonly hasDefaults: boolean;
}

/** A program type that stands for all but cgroup_skb. */
const OTHER_PROGRAM = 'socket_filter';

/** The command line that checks a request in one of the worlds. */
export function witnessCommand(
  { aligned }: Policy,
  files: readonly PolicyFile[],
  side: number,
  { task, kind, object, cell }: PolicyRequest,
): string {
  const file = files[side] ?? (files[0] as PolicyFile);
  const words = ['bpftoken', 'check', file.path, ...file.options];
  const items = kind === 'bpffs' ? aligned.bpffs : aligned.tokens;
  if (!file.hasDefaults) {
    words.push('--task', aligned.tasks[task]?.name ?? '');
    if (object !== undefined) words.push(`--${kind}`, items[object]?.name ?? '');
  } else if (kind === 'none') words.push('--token', 'none');
  // A kernel without a name for it is asked by the number.
  const { vocabulary } = (aligned.worlds[side] ?? (aligned.worlds[0] as World)).profile;
  const call = nameCall(vocabulary, cell);
  words.push('--cmd', call.cmd);
  if (call.map_type !== undefined) words.push('--map-type', call.map_type);
  const isOther = isOtherPrograms(cell.vocabulary, cell);
  if (call.prog_type !== undefined) words.push('--prog-type', isOther ? OTHER_PROGRAM : call.prog_type);
  if (call.expected_attach_type !== undefined && !isOther)
    words.push('--expected-attach-type', call.expected_attach_type);
  return words.map(shellWord).join(' ');
}

/** A request of a policy in words: `web with token agent-token: prog_load xdp (attach type xdp)`. */
export function witnessText({ aligned }: Policy, { task, kind, object, cell }: PolicyRequest): string {
  const name = printable(aligned.tasks[task]?.name ?? '');
  const items = kind === 'token' ? aligned.tokens : aligned.bpffs;
  const what = object === undefined ? 'without a token' : `with ${kind} ${printable(items[object]?.name ?? '')}`;
  return `${name} ${what}: ${describeCalls([cell]).join(', ')}`;
}
