import { NO_DENIALS, type TokenDenials } from './denials.js';
import { MASK_NAMES, type Masks } from './masks.js';
import type { UserNamespace } from './userns.js';

/** struct bpf_token. */
export class BpfToken {
  readonly name: string;
  readonly userns: UserNamespace;
  /** A copy, taken at creation: later changes of the bpffs do not reach it. */
  readonly allowed: Masks;
  readonly denials: TokenDenials;
  /** The domain that created its bpffs (SELinux: grantor_sid), by index. */
  readonly grantor: number;
  #references = 1;

  constructor(name: string, userns: UserNamespace, allowed: Masks, denials: TokenDenials = NO_DENIALS, grantor = 0) {
    this.name = name;
    this.userns = userns;
    this.allowed = { ...allowed };
    this.denials = denials;
    this.grantor = grantor;
  }

  /** Whether the last descriptor and program that used it are gone. */
  get isFreed(): boolean {
    return this.#references === 0;
  }

  /** Source: kernel/bpf/token.c: bpf_token_inc(). */
  get(): this {
    this.#references += 1;
    return this;
  }

  /** Source: kernel/bpf/token.c: bpf_token_put(). */
  put(): void {
    this.#references -= 1;
  }

  /** EXTENSION (rule token_narrowing): takes bits away, for everyone who holds it. Never adds one. */
  narrow(to: Partial<Masks>): void {
    for (const mask of MASK_NAMES) {
      const kept = to[mask];
      if (kept !== undefined) this.allowed[mask] &= kept;
    }
  }
}
