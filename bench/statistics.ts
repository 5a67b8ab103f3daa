/** Median, extremes and quartiles of samples. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

/** Median, extremes and quartiles of at least one sample; quantiles between two samples are interpolated. */
export function spreadOf(samples: readonly number[]): Spread {
  if (samples.length === 0) throw new RangeError('there must be at least one sample');
  const sorted = [...samples].sort((a, b) => a - b);
  const quantile = (part: number): number => {
    const index = (sorted.length - 1) * part;
    const below = sorted[Math.floor(index)] as number;
    const above = sorted[Math.ceil(index)] as number;
    return below + (above - below) * (index - Math.floor(index));
  };
  return {
    median: quantile(0.5),
    min: quantile(0),
    max: quantile(1),
    lowerQuartile: quantile(0.25),
    upperQuartile: quantile(0.75),
  };
}

/** The median of at least one sample. */
export function medianOf(samples: readonly number[]): number {
  return spreadOf(samples).median;
}
