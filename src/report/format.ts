/** How long rows took, and how many a second that is: ` in 0.87 s, 22.9 million a second`. */
export function formatTime(rows: number, elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  return seconds > 0 ? ` in ${seconds.toFixed(seconds < 10 ? 2 : 1)} s, ${formatRate(rows / seconds)}` : '';
}

/** 1234567 as `1,234,567`. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** `1 instruction`, `1,234 instructions`. */
export function plural(n: number, what: string): string {
  return `${count(n)} ${what}${n === 1 ? '' : 's'}`;
}

/** A share as `12.3%`. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)}%`;
}

/** A rate as `8.1 million a second`. */
export function formatRate(perSecond: number): string {
  return perSecond >= 1e6
    ? `${(perSecond / 1e6).toFixed(1)} million a second`
    : `${count(Math.round(perSecond))} a second`;
}
