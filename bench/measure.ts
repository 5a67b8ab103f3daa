import { Bench } from 'tinybench';
import { medianOf, type Spread, spreadOf } from './statistics.js';

/** Minimum milliseconds for which a candidate in this process is warmed up, and then timed, per round: short work is repeated. */
const MIN_WARMUP = 30;
const MIN_TIME = 50;

/** The amount of measuring. */
export interface SamplingPlan {
  readonly rounds: number;
  /** Minimum timed repetitions of a candidate per round, after one to warm up; their median is the round's sample. */
  readonly repetitions: number;
}

/** Factor on the rounds of a plan where a ratio is close to its threshold. */
const MORE_ROUNDS = 3;

/** For candidates so close to each other that other load of the machine matters. */
export function moreRounds(sampling: SamplingPlan): SamplingPlan {
  return { ...sampling, rounds: MORE_ROUNDS * sampling.rounds };
}

/** One of several that are timed against each other on the same rows. */
export interface Candidate {
  readonly name: string;
  /** Nanoseconds per check in one round. */
  round(repetitions: number): number;
}

/** A candidate whose work is asynchronous. */
export interface AsyncCandidate {
  readonly name: string;
  /** Makes `checks` checks. */
  readonly checks: number;
  work(): Promise<void>;
}

/** The samples of a candidate. */
export interface Timing {
  readonly name: string;
  /** Nanoseconds per check, one sample per round. */
  readonly rounds: readonly number[];
  readonly nanoseconds: Spread;
  /** At the median. */
  readonly checksPerSecond: number;
}

/** Times candidates in turn, round after round; each round starts with another one. */
export function interleave(candidates: readonly Candidate[], { rounds, repetitions }: SamplingPlan): Timing[] {
  const samples = candidates.map((): number[] => []);
  for (const turn of turnsOf(candidates.length, rounds)) {
    samples[turn]?.push((candidates[turn] as Candidate).round(repetitions));
  }
  return candidates.map(({ name }, i) => timingOf(name, samples[i] as number[]));
}

/** The same for asynchronous candidates: each round's sample is the median of its repetitions, after a warm-up. */
export async function interleaveAsync(
  candidates: readonly AsyncCandidate[],
  { rounds, repetitions }: SamplingPlan,
): Promise<Timing[]> {
  const samples = candidates.map((): number[] => []);
  for (const turn of turnsOf(candidates.length, rounds)) {
    const { checks, work } = candidates[turn] as AsyncCandidate;
    await work();
    const times: number[] = [];
    for (let spent = 0; times.length < repetitions || spent < MIN_TIME; spent += times.at(-1) as number) {
      const startedAt = performance.now();
      await work();
      times.push(performance.now() - startedAt);
    }
    samples[turn]?.push((medianOf(times) * 1e6) / checks);
  }
  return candidates.map(({ name }, i) => timingOf(name, samples[i] as number[]));
}

/** The order of candidates in a round. */
function* turnsOf(candidates: number, rounds: number): Generator<number> {
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < candidates; turn++) yield (round + turn) % candidates;
  }
}

function timingOf(name: string, rounds: readonly number[]): Timing {
  const nanoseconds = spreadOf(rounds);
  return { name, rounds, nanoseconds, checksPerSecond: 1e9 / nanoseconds.median };
}

/** A candidate in this process: `work` makes `checks` checks. */
export function candidate(name: string, checks: number, work: () => void): Candidate {
  return {
    name,
    round(repetitions) {
      const bench = new Bench({
        iterations: repetitions,
        time: MIN_TIME,
        warmupIterations: 1,
        warmupTime: MIN_WARMUP,
        throws: true,
      });
      bench.add(name, work, { async: false });
      const [task] = bench.runSync();
      if (task?.result.state !== 'completed') throw new Error(`${name} was not measured: ${task?.result.state}`);
      return (task.result.latency.p50 * 1e6) / checks;
    },
  };
}

/** A candidate that times itself, in another process. */
export function externalCandidate(name: string, time: (repetitions: number) => readonly number[]): Candidate {
  return { name, round: (repetitions) => medianOf(time(repetitions)) };
}

/** Checks per second of one divided by those of the other, round by round. */
export function ratioOf(ours: Timing, theirs: Timing): Spread {
  return spreadOf(ours.rounds.map((nanoseconds, round) => (theirs.rounds[round] as number) / nanoseconds));
}
