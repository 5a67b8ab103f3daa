import type { LibertyName } from './liberties.js';

/** What a program has to be permitted after its load passed every check of a permission. */
export interface ProgramNeeds {
  /** Helpers that it calls, by number (enum bpf_func_id). */
  readonly helpers: readonly number[];
  /** Liberties that it takes of the verifier. */
  readonly liberties: readonly LibertyName[];
  /** As ProgramKind has it: what it attaches to, where the list of helpers depends on that. */
  readonly target?: string | undefined;
  /** Whether its licence is compatible with the GPL. */
  readonly isGpl: boolean;
  /** Whether it is loaded with BPF_F_SLEEPABLE. */
  readonly isSleepable: boolean;
}

/** A program that a world declares by name. */
export interface ProgramSpec extends ProgramNeeds {
  readonly name: string;
  readonly progType: number;
  /** As the loader sends it, before the fix-up of bpf_prog_load(). */
  readonly attachType: number;
}
