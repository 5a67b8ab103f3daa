import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from '../batch/progress.js';
import { formatRate } from '../report/format.js';

/** A bar on a terminal. */
export interface ProgressBar {
  update(progress: Progress): void;
  /** Takes the bar away. */
  stop(): void;
}

/** A progress bar on `stream` for work that starts now; silent where that is no terminal, or where the total is not known. */
export function progressBar(stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  let bar: SingleBar | undefined;
  const started = performance.now();
  return {
    update(progress) {
      if (!stream.isTTY) return;
      const total = progress.totalRows ?? progress.totalBytes;
      if (!total) return;
      if (!bar) {
        const format = '{bar} {percentage}% {rows} rows, {rate}, {eta_formatted} left';
        bar = new SingleBar({ stream, format, clearOnComplete: true, hideCursor: true }, Presets.shades_classic);
        bar.start(total, 0, { rows: 0, rate: '' });
      }
      const done = progress.totalRows === undefined ? progress.bytes : progress.rows;
      const seconds = (performance.now() - started) / 1000;
      const rate = formatRate(seconds > 0 ? progress.rows / seconds : 0);
      bar.update(done, { rows: progress.rows.toLocaleString('en'), rate });
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}
