import { Presets, SingleBar } from 'cli-progress';

/** A bar of the time; silent where standard error is no terminal. */
export function loadBar(forMs: number): { update(measuredMs: number): void; stop(): void } {
  if (!process.stderr.isTTY) return { update() {}, stop() {} };
  const format = '{bar} {percentage}% of {total} ms';
  const bar = new SingleBar(
    { stream: process.stderr, format, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(Math.round(forMs), 0);
  return { update: (measuredMs) => bar.update(Math.round(measuredMs)), stop: () => bar.stop() };
}
