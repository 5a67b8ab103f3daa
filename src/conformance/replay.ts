import {
  DEFAULT_IMPLEMENTATIONS,
  type Implementations,
  type OptimizedEngine,
} from '../differential/implementations.js';
import type { Profile } from '../kernel/profile.js';
import { RELEASES } from '../kernel/vocabulary.js';
import type { ComparedCase } from './compared_case.js';
import { RecordingError } from './errors.js';
import { profileOfKernel } from './kernel_profile.js';
import { compareMount } from './mount_case.js';
import { compareProgram } from './program_case.js';
import { isMount, isProgram, isTokenCreate, type RecordedCase, type UseRecord } from './record.js';
import { ReplayStats } from './replay_stats.js';
import { compareTokenCreate } from './token_create_case.js';
import { Trampolines } from './trampolines.js';
import { UseBatch } from './use_batch.js';

/** bpf() calls per batch: enough to make the cost of compiling its world small. */
const BATCH = 8192;

export interface ReplayOptions {
  /** In place of the profile of each record's kernel. */
  readonly profile?: Profile;
  /** Changes the profile that was found, for tests. */
  readonly mutate?: (profile: Profile) => Profile;
  readonly implementations?: Implementations;
}

/** The records of one kernel and sysctl of a file. */
interface Group {
  readonly kernel: Kernel;
  batch: UseBatch;
}

/** A kernel of a file. */
interface Kernel {
  readonly profile: Profile;
  readonly trampolines: Trampolines;
}

/** Replays recordings on the model and the hot path, file by file. */
export class RecordingReplay {
  readonly stats = new ReplayStats();
  readonly #options: ReplayOptions;
  readonly #implementations: Implementations;
  readonly #profiles = new Map<string, Profile | undefined>();
  readonly #kernels = new Map<string, Kernel>();
  readonly #groups = new Map<string, Group>();
  #fast: OptimizedEngine | undefined;

  constructor(options: ReplayOptions = {}) {
    this.#options = options;
    this.#implementations = options.implementations ?? DEFAULT_IMPLEMENTATIONS;
  }

  /** Adds records of a file. Throws a RecordingError for a kernel without a profile. */
  push(file: string, records: readonly RecordedCase[]): void {
    for (const record of records) {
      const profile = this.#profileOf(file, record);
      if (isProgram(record)) this.stats.add(file, profile, compareProgram(profile, record));
      else if (isMount(record)) this.stats.add(file, profile, compareMount(profile, record));
      else if (isTokenCreate(record)) this.stats.add(file, profile, compareTokenCreate(profile, record));
      else this.#use(file, profile, record);
    }
  }

  /** Compares the records of a file that are still in a batch. */
  endOfFile(file: string): void {
    for (const group of this.#groups.values()) this.#ask(file, group);
    for (const { profile, trampolines } of this.#kernels.values()) {
      for (const compared of trampolines.end()) this.stats.add(file, profile, compared);
    }
    this.#groups.clear();
    this.#kernels.clear();
  }

  #use(file: string, profile: Profile, record: UseRecord): void {
    const key = `${record.kernel}/${record.sysctl}/${record.selinux?.policy ?? ''}`;
    let group = this.#groups.get(key);
    if (!group) {
      const kernel = this.#kernels.get(record.kernel) ?? { profile, trampolines: new Trampolines() };
      this.#kernels.set(record.kernel, kernel);
      group = { kernel, batch: new UseBatch(profile, record.sysctl) };
      this.#groups.set(key, group);
    }
    group.batch.add(record);
    if (group.batch.size < BATCH && !group.batch.isFull) return;
    this.#ask(file, group);
    group.batch = new UseBatch(profile, record.sysctl);
  }

  #ask(file: string, { kernel: { profile, trampolines }, batch }: Group): void {
    if (batch.size === 0) return;
    this.#fast ??= this.#implementations.engine(emptyWorld(profile));
    batch.ask(this.#implementations, this.#fast, (compared: ComparedCase) => {
      if (!trampolines.take(profile, compared)) this.stats.add(file, profile, compared);
    });
  }

  #profileOf(file: string, { kernel, line }: RecordedCase): Profile {
    let profile = this.#profiles.get(kernel);
    if (!profile) {
      const found = this.#options.profile ?? profileOfKernel(kernel);
      if (!found) {
        const expected = `a release from 6.9 to ${RELEASES.at(-1)} is expected, or the profile to take (--profile)`;
        throw new RecordingError(file, line, 1, `no profile for kernel ${kernel}: ${expected}`);
      }
      profile = this.#options.mutate?.(found) ?? found;
      this.#profiles.set(kernel, profile);
    }
    return profile;
  }
}

function emptyWorld(profile: Profile) {
  return {
    profile,
    unprivilegedBpfDisabled: 2,
    userns: [{ name: 'init', parent: 0, owner: 0 }],
    bpffs: [],
    tasks: [],
    tokens: [],
  } as const;
}
