import { MASK_NAMES } from '../../kernel/masks.js';
import type { TokenFacts, TokenInfo } from '../facts/host_facts.js';
import { scriptOutput } from './script_output.js';

/**
 * Asks for tokens of other processes. Each line of standard input is a pid and a descriptor; the answer repeats them, and has the four
 * masks in hexadecimal. It says nothing of a token that it cannot ask about: without ptrace access to the process, before 6.17, on a
 * machine whose number of bpf() it does not know. Its copy of a descriptor ends at once. Source: pidfd_open(2), pidfd_getfd(2);
 * kernel/bpf/token.c: bpf_token_get_info_by_fd() (6.17).
 */
const PERL = `
use strict;
require POSIX;
my $bpf = { x86_64 => 321, aarch64 => 280, riscv64 => 280 }->{(POSIX::uname())[4]} or exit;
my ($pidfd_open, $pidfd_getfd, $get_info) = (434, 438, 15);
while (my $line = <STDIN>) {
    my ($pid, $fd) = map { $_ + 0 } split ' ', $line;
    my $process = syscall($pidfd_open, $pid, 0);
    next if $process < 0;
    my $token = syscall($pidfd_getfd, $process, $fd, 0);
    if ($token >= 0) {
        my $info = "\\0" x 32;
        my $attr = pack 'LLQ', $token, length $info, unpack('Q', pack 'P', $info);
        if (syscall($bpf, $get_info, $attr, length $attr) >= 0) {
            print join(' ', $pid, $fd, map { sprintf '%x', $_ } unpack 'Q4', $info), "\\n";
        }
        POSIX::close($token);
    }
    POSIX::close($process);
}
`;

/** The tokens with what BPF_OBJ_GET_INFO_BY_FD says of each, where it can be asked. Rejects with an AbortError after the signal. */
export async function withTokenInfo(
  tokens: readonly TokenFacts[],
  signal: AbortSignal,
): Promise<readonly TokenFacts[]> {
  if (tokens.length === 0) return tokens;
  const input = tokens.map(({ pid, fd }) => `${pid} ${fd}\n`).join('');
  const output = (await scriptOutput('perl', ['-e', PERL], input, signal)) ?? '';
  const found = new Map<string, TokenInfo>();
  for (const line of output.split('\n')) {
    const [pid, fd, ...masks] = line.split(' ');
    const [cmds, maps, progs, attachs] = masks;
    if (masks.length !== MASK_NAMES.length || !cmds || !maps || !progs || !attachs) continue;
    found.set(`${pid} ${fd}`, { cmds, maps, progs, attachs });
  }
  return tokens.map((token) => ({ ...token, info: found.get(`${token.pid} ${token.fd}`) ?? null }));
}
