import { InputError } from './exit.js';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `60s`, `2m`, `1.5h` in milliseconds, more than none. Throws InputError for anything else. */
export function durationOption(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InputError(`${option} ${text}: a duration is expected, say 500ms, 60s or 2m`);
  return ms;
}

/** A duration in milliseconds; undefined for anything else, and for none at all. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/i.exec(text.trim());
  if (!match) return undefined;
  const ms = Number(match[1]) * (UNIT_MS[(match[2] as string).toLowerCase()] as number);
  return ms > 0 && Number.isFinite(ms) ? ms : undefined;
}
