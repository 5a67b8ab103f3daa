import { Bench } from 'tinybench';
import { medianOf, type Spread, spreadOf } from './statistics.js';

/** Least milliseconds a contender in this process warms up in a round, and then is timed: short work is repeated. */
const MIN_WARMUP = 30;
const MIN_TIME = 50;

/** How long to measure. */
export interface SamplingPlan {
  readonly rounds: number;
  /** Least timed repetitions of a contender in one round, after one to warm up; their median is the round's sample. */
  readonly repetitions: number;
}

/** Rounds for each of an effort's where a goal is a ratio that is close to what it should be. */
const MORE_ROUNDS = 3;

/** For contenders that are so close to each other that what else runs on the machine matters. */
export function moreRounds(sampling: SamplingPlan): SamplingPlan {
  return { ...sampling, rounds: MORE_ROUNDS * sampling.rounds };
}

/** One of those who are timed against each other on the same rows. */
export interface Candidate {
  readonly name: string;
  /** Nanoseconds per check in one round. */
  round(repetitions: number): number;
}

/** One of those whose work is not over when its call returns. */
export interface AsyncCandidate {
  readonly name: string;
  /** Makes `checks` checks. */
  readonly checks: number;
  work(): Promise<void>;
}

/** What a contender's rounds showed. */
export interface Timing {
  readonly name: string;
  /** Nanoseconds per check, one sample per round. */
  readonly rounds: readonly number[];
  readonly nanoseconds: Spread;
  /** At the median. */
  readonly checksPerSecond: number;
}

/** Times contenders in turn, round after round, each round starting with another one. */
export function interleave(candidates: readonly Candidate[], { rounds, repetitions }: SamplingPlan): Timing[] {
  const samples = candidates.map((): number[] => []);
  for (const turn of turnsOf(candidates.length, rounds)) {
    samples[turn]?.push((candidates[turn] as Candidate).round(repetitions));
  }
  return candidates.map(({ name }, i) => timingOf(name, samples[i] as number[]));
}

/** The same of contenders that are waited for: each round's sample is the median of its repetitions, after a warm-up. */
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

/** Whose turn it is. */
function* turnsOf(candidates: number, rounds: number): Generator<number> {
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < candidates; turn++) yield (round + turn) % candidates;
  }
}

function timingOf(name: string, rounds: readonly number[]): Timing {
  const nanoseconds = spreadOf(rounds);
  return { name, rounds, nanoseconds, checksPerSecond: 1e9 / nanoseconds.median };
}

/** A contender in this process: `work` makes `checks` checks. */
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

/** A contender that times itself, elsewhere. */
export function externalCandidate(name: string, time: (repetitions: number) => readonly number[]): Candidate {
  return { name, round: (repetitions) => medianOf(time(repetitions)) };
}

/** Checks per second of one divided by those of the other, round by round. */
export function ratioOf(ours: Timing, theirs: Timing): Spread {
  return spreadOf(ours.rounds.map((nanoseconds, round) => (theirs.rounds[round] as number) / nanoseconds));
}
