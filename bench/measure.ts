import { Bench } from 'tinybench';
import { medianOf, type Spread, spreadOf } from './statistics.js';

/** Least milliseconds a contender in this process warms up in a round, and then is timed: short work is repeated. */
const LEAST_WARMUP = 30;
const LEAST_TIME = 50;

/** How long to measure. */
export interface Effort {
  readonly rounds: number;
  /** Least timed repetitions of a contender in one round, after one to warm up; their median is the round's sample. */
  readonly repetitions: number;
}

/** Rounds for each of an effort's where a goal is a ratio that is close to what it should be. */
const MORE_ROUNDS = 3;

/** For contenders that are so close to each other that what else runs on the machine matters. */
export function closer(effort: Effort): Effort {
  return { ...effort, rounds: MORE_ROUNDS * effort.rounds };
}

/** One of those who are timed against each other on the same rows. */
export interface Contender {
  readonly name: string;
  /** Nanoseconds per check in one round. */
  round(repetitions: number): number;
}

/** One of those whose work is not over when its call returns. */
export interface AsyncContender {
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
export function interleave(contenders: readonly Contender[], { rounds, repetitions }: Effort): Timing[] {
  const samples = contenders.map((): number[] => []);
  for (const turn of turnsOf(contenders.length, rounds)) {
    samples[turn]?.push((contenders[turn] as Contender).round(repetitions));
  }
  return contenders.map(({ name }, i) => timingOf(name, samples[i] as number[]));
}

/** The same of contenders that are waited for: each round's sample is the median of its repetitions, after a warm-up. */
export async function interleaveAsync(
  contenders: readonly AsyncContender[],
  { rounds, repetitions }: Effort,
): Promise<Timing[]> {
  const samples = contenders.map((): number[] => []);
  for (const turn of turnsOf(contenders.length, rounds)) {
    const { checks, work } = contenders[turn] as AsyncContender;
    await work();
    const times: number[] = [];
    for (let spent = 0; times.length < repetitions || spent < LEAST_TIME; spent += times.at(-1) as number) {
      const startedAt = performance.now();
      await work();
      times.push(performance.now() - startedAt);
    }
    samples[turn]?.push((medianOf(times) * 1e6) / checks);
  }
  return contenders.map(({ name }, i) => timingOf(name, samples[i] as number[]));
}

/** Whose turn it is. */
function* turnsOf(contenders: number, rounds: number): Generator<number> {
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders; turn++) yield (round + turn) % contenders;
  }
}

function timingOf(name: string, rounds: readonly number[]): Timing {
  const nanoseconds = spreadOf(rounds);
  return { name, rounds, nanoseconds, checksPerSecond: 1e9 / nanoseconds.median };
}

/** A contender in this process: `work` makes `checks` checks. */
export function contender(name: string, checks: number, work: () => void): Contender {
  return {
    name,
    round(repetitions) {
      const bench = new Bench({
        iterations: repetitions,
        time: LEAST_TIME,
        warmupIterations: 1,
        warmupTime: LEAST_WARMUP,
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
export function outsideContender(name: string, time: (repetitions: number) => readonly number[]): Contender {
  return { name, round: (repetitions) => medianOf(time(repetitions)) };
}

/** Checks per second of one divided by those of the other, round by round. */
export function ratioOf(ours: Timing, theirs: Timing): Spread {
  return spreadOf(ours.rounds.map((nanoseconds, round) => (theirs.rounds[round] as number) / nanoseconds));
}
