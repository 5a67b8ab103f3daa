import type { LoadStep } from './load_session.js';

/**
 * A call and its answer as one line: the command, what it names by number (the type and flags of a map, `btf` with BTF types; the type,
 * attach type and instructions of a program), what it has for a token, and `ok` or the errno: `prog_load 6 37 12 token EPERM`.
 */
export function callText({ call, answer }: Pick<LoadStep, 'call' | 'answer'>): string {
  const errno = answer.errno ?? 'ok';
  switch (call.cmd) {
    case 'map_create':
      return `map_create ${call.type} ${call.flags}${call.hasBtf ? ' btf' : ''} ${call.token} ${errno}`;
    case 'prog_load':
      return `prog_load ${call.type} ${call.attachType} ${call.program.instructionCount} ${call.token} ${errno}`;
    case 'btf_load':
      return `btf_load ${call.token} ${errno}`;
    default:
      return `${call.cmd} ${errno}`;
  }
}
