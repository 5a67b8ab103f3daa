/** Denials written as data: these the hot path knows too. */
export interface TokenDenials {
  /** Bit n: bpf_token_cmd refuses command number n. */
  readonly cmds: bigint;
  /** Bit n: bpf_token_capable refuses capability number n. */
  readonly caps: bigint;
}

export const NO_DENIALS: TokenDenials = { cmds: 0n, caps: 0n };
