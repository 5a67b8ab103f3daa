import { Presets, SingleBar } from 'cli-progress';

/** How far a batch is. */
export interface Progress {
  readonly rows: number;
  /** Rows there will be, where that is known. */
  readonly totalRows?: number;
  readonly bytes: number;
  /** Bytes of the file, where that is known. */
  readonly totalBytes?: number;
}

/** A bar on a terminal. */
export interface ProgressBar {
  update(progress: Progress): void;
  /** Takes the bar away. */
  stop(): void;
}

/** A progress bar on `stream`; silent where that is no terminal, or where the total is not known. */
export function progressBar(stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  let bar: SingleBar | undefined;
  return {
    update(progress) {
      if (!stream.isTTY) return;
      const total = progress.totalRows ?? progress.totalBytes;
      if (!total) return;
      if (!bar) {
        const format = '{bar} {percentage}% {rows} rows, {eta_formatted} left';
        bar = new SingleBar({ stream, format, clearOnComplete: true, hideCursor: true }, Presets.shades_classic);
        bar.start(total, 0, { rows: 0 });
      }
      const done = progress.totalRows === undefined ? progress.bytes : progress.rows;
      bar.update(done, { rows: progress.rows.toLocaleString('en') });
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}
