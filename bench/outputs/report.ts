import type { OutputReport } from './time_outputs.js';

/** A folder's outputs as a table. */
export function outputsText({ isInMemory, rows, timings, ratios }: OutputReport): string {
  const width = Math.max(...timings.map(({ name }) => name.length));
  const million = (rate: number): string => (rate / 1e6).toFixed(2);
  const lines = timings.map(
    ({ name, rate, peakMemory }) =>
      `  ${name.padEnd(width)} ${million(rate.median)} (${million(rate.min)} to ${million(rate.max)}) million rows per second, ` +
      `${Math.round(peakMemory / 1e6)} MB`,
  );
  const said = Object.entries(ratios).map(
    ([name, { median, min, max }]) =>
      `  ${name} ${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})${isInMemory ? '' : ', to disk'}`,
  );
  const where = isInMemory ? 'a folder in memory' : 'the disk';
  return [
    `\nOutputs to ${where}, ${rows.toLocaleString('en')} rows of the example fleet, 2 workers`,
    ...lines,
    ...said,
  ].join('\n');
}
