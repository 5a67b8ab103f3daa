import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { damageCount, damageWords } from './damages.mjs';

/** A sound file, which is damaged in every way. */
export interface SoundFile {
  readonly name: string;
  readonly path: string;
  readonly kind: 'scenario' | 'recording' | 'csv' | 'ndjson' | 'arrow' | 'arrows' | 'parquet';
}

/** What came of all damages. */
export interface DamageTotals {
  readonly files: number;
  readonly bytes: number;
  readonly cases: number;
  /** Cases that ended in an error in words. */
  readonly refused: number;
  readonly slowest: { readonly ms: number; readonly what: string };
  readonly largest: { readonly megabytes: number; readonly what: string };
  /** What should not have happened, each with its file and damage. */
  readonly failures: readonly string[];
}

/** Limits of one case. */
const MAX_MS = 5000;
const MAX_MEGABYTES = 512;
/** How long a process may take to start. */
const START_MS = 20_000;
/** Damages one process tries, about. */
const CASES_OF_PROCESS = 8000;
/** So few of them that starting a process takes longer. */
const FEW_CASES = 60;
const MAX_FAILURES = 50;
const PROCESS = fileURLToPath(new URL('./damage_process.mjs', import.meta.url));
const TEXTS = ['scenario', 'recording', 'csv', 'ndjson'];

/** Some damages of a file: every `step`-th from `from` to before `to`. */
interface Job {
  readonly file: SoundFile;
  readonly length: number;
  readonly isBinary: boolean;
  readonly from: number;
  readonly to: number;
}

/** What a process says of the cases it has done. */
interface Said {
  readonly cases: number;
  readonly refused: number;
  readonly worst: { ms: number; slowest: number; megabytes: number; largest: number };
  readonly isEnd?: boolean;
}

/** Tries every `step`-th damage of each file, in processes that end when a case breaks a limit. */
export async function tryDamages(files: readonly SoundFile[], scenario: string, step = 1): Promise<DamageTotals> {
  const folder = mkdtempSync(join(tmpdir(), 'damages-'));
  const runs = new DamageRuns(scenario, step, folder);
  try {
    return await runs.all(files);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class DamageRuns {
  readonly #scenario: string;
  readonly #step: number;
  readonly #folder: string;
  readonly #jobs: Job[] = [];
  readonly #failures: string[] = [];
  #cases = 0;
  #refused = 0;
  #slowest = { ms: 0, what: '' };
  #largest = { megabytes: 0, what: '' };

  constructor(scenario: string, step: number, folder: string) {
    this.#scenario = scenario;
    this.#step = step;
    this.#folder = folder;
  }

  async all(files: readonly SoundFile[]): Promise<DamageTotals> {
    let bytes = 0;
    for (const file of files) {
      const { length } = readFileSync(file.path);
      const isBinary = !TEXTS.includes(file.kind);
      const all = damageCount(length, isBinary);
      const stride = CASES_OF_PROCESS * this.#step;
      for (let from = 0; from < all; from += stride) {
        this.#jobs.push({ file, length, isBinary, from, to: Math.min(all, from + stride) });
      }
      bytes += length;
    }
    const batchWorkers = Array.from({ length: availableParallelism() }, async (_, hand) => {
      while (this.#jobs.length > 0 && this.#failures.length < MAX_FAILURES) {
        await this.#run(this.#take(), join(this.#folder, String(hand)));
      }
    });
    await Promise.all(batchWorkers);
    return {
      files: files.length,
      bytes,
      cases: this.#cases,
      refused: this.#refused,
      slowest: this.#slowest,
      largest: this.#largest,
      failures: this.#failures,
    };
  }

  /** What the next process tries: its share of what is left, where that is little. */
  #take(): Job[] {
    const cases = ({ from, to }: Job): number => (to - from) / this.#step;
    const left = this.#jobs.reduce((sum, job) => sum + cases(job), 0);
    const most = Math.min(CASES_OF_PROCESS, Math.max(FEW_CASES, left / availableParallelism()));
    const taken: Job[] = [];
    for (let sum = 0; sum < most && this.#jobs.length > 0; sum += cases(taken.at(-1) as Job))
      taken.push(this.#jobs.shift() as Job);
    return taken;
  }

  /** Runs a process until it ends, or a case breaks a limit: then what it has not tried is put back. */
  async #run(jobs: readonly Job[], scratch: string): Promise<void> {
    const child = spawn(process.execPath, ['--max-old-space-size=256', PROCESS], { stdio: 'pipe' });
    const tasks = jobs.map(({ file: { path, kind }, isBinary, from, to }) => ({ path, kind, isBinary, from, to }));
    child.stdin.end(JSON.stringify({ jobs: tasks, step: this.#step, scenario: this.#scenario, scratch }));
    const ended = new Promise<string>((resolve) => {
      child.on('close', (code, signal) => resolve(signal ?? `exit status ${code}`));
    });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr = (stderr + text).slice(-2000);
    });
    let [at, tried, done] = [0, -1, 0];
    let since = performance.now() + START_MS - MAX_MS;
    let said: Said | undefined;
    let isKilled = false;
    const watch = setInterval(() => {
      if (performance.now() - since < MAX_MS || isKilled) return;
      isKilled = true;
      child.kill('SIGKILL');
    }, 100);
    for await (const line of createInterface({ input: child.stdout })) {
      since = performance.now();
      if (!line.startsWith('{')) {
        [at, tried] = line.split(' ').map(Number) as [number, number];
        continue;
      }
      const found = JSON.parse(line) as Said | { bad: number; error: string };
      if ('bad' in found) {
        this.#fail(jobs[at] as Job, found.bad, found.error);
        continue;
      }
      said = found;
      if (!found.isEnd) continue;
      this.#count(jobs[done++] as Job, found);
      said = undefined;
    }
    clearInterval(watch);
    const how = await ended;
    if (done === jobs.length) return;
    if (tried === -1) throw new Error(`the process that reads damaged files did not start: ${how} ${stderr}`);
    const job = jobs[at] as Job;
    if (said) this.#count(job, said);
    this.#fail(job, tried, isKilled ? `it took more than ${MAX_MS} ms` : `the process ended: ${how} ${stderr}`);
    this.#jobs.unshift(...jobs.slice(at + 1));
    if (tried + this.#step < job.to) this.#jobs.unshift({ ...job, from: tried + this.#step });
  }

  #count(job: Job, { cases, refused, worst }: Said): void {
    this.#cases += cases;
    this.#refused += refused;
    if (worst.ms > this.#slowest.ms) this.#slowest = { ms: worst.ms, what: caseWords(job, worst.slowest) };
    if (worst.megabytes > this.#largest.megabytes) {
      this.#largest = { megabytes: worst.megabytes, what: caseWords(job, worst.largest) };
    }
    if (worst.ms > MAX_MS) this.#fail(job, worst.slowest, `it took ${Math.round(worst.ms)} ms`);
    if (worst.megabytes > MAX_MEGABYTES) this.#fail(job, worst.largest, `it took ${Math.round(worst.megabytes)} MB`);
  }

  #fail(job: Job, number: number, what: string): void {
    this.#failures.push(`${caseWords(job, number)}: ${what}`);
  }
}

function caseWords({ file, length, isBinary }: Job, number: number): string {
  return `${file.name}, ${damageWords(length, number, isBinary)}`;
}

/** All of it in one line. */
export function totalsText({ files, bytes, cases, refused, slowest, largest, failures }: DamageTotals): string {
  const many = (count: number): string => count.toLocaleString('en');
  return (
    `${many(files)} files of ${many(bytes)} bytes, ${many(cases)} damages, ${many(refused)} refused in words, ` +
    `${failures.length} failures; at most ${slowest.ms.toFixed(0)} ms (${slowest.what}) ` +
    `and ${largest.megabytes.toFixed(0)} MB (${largest.what})`
  );
}
