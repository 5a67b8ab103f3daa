import type { TokenDenials } from '../kernel/denials.js';
import { NO_DENIALS } from '../kernel/denials.js';
import type { LsmHooks } from '../kernel/lsm.js';
import type { LsmProgram } from './record.js';

const EVERY = (1n << 64n) - 1n;

/** The refusals of a BPF LSM program as denials of every token: data, which the hot path supports too. */
export function denialsOf(program: LsmProgram | null): TokenDenials {
  if (!program) return NO_DENIALS;
  const { hook, returns, onlyIfArg } = program;
  const refused = onlyIfArg === null ? EVERY : onlyIfArg >= 0 && onlyIfArg < 64 ? 1n << BigInt(onlyIfArg) : 0n;
  if (hook === 'bpf_token_cmd' && returns !== 0) return { cmds: refused, caps: 0n };
  if (hook === 'bpf_token_capable' && returns < 0) return { cmds: 0n, caps: refused };
  return NO_DENIALS;
}

/** The program as hooks of the model. The second argument of bpf_token_create is a pointer, never a small number. */
export function hooksOf(program: LsmProgram | null): LsmHooks {
  if (program?.hook !== 'bpf_token_create') return {};
  return { bpf_token_create: () => (program.onlyIfArg === null ? program.returns : 0) };
}
