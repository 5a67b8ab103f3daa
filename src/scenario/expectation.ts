import { ERRNO_NAMES } from '../abi/errno.js';
import { Disposition, Outcome } from '../abi/verdict.js';
import type { Diagnostics } from '../diagnostics/diagnostics.js';
import type { Locator, Path } from '../diagnostics/yaml_locator.js';
import { DISPOSITION_NAMES, OUTCOME_NAMES } from '../kernel/verdict.js';
import { nearestOf } from '../names/nearest.js';
import { quote, unknownName } from '../names/unknown_name.js';
import type { ExpectEntry } from './schema.js';

/** What a request's answer must be. What is not given may be anything. */
export interface Expectation {
  /** Outcomes ALLOWED and NO_PERMISSION_NEEDED both satisfy true. */
  readonly allowed: boolean;
  /** The errno's name, where `allowed` is false. */
  readonly errno?: string;
  readonly outcome?: Outcome;
  readonly disposition?: Disposition;
}

/** Reads an expectation: undefined where a name in it is unknown, or it contradicts itself (noted). */
export function readExpectation(
  entry: ExpectEntry,
  path: Path,
  locator: Locator,
  diagnostics: Diagnostics,
): Expectation | undefined {
  const { verdict, reason, token } =
    typeof entry === 'string' ? { verdict: entry, reason: undefined, token: undefined } : entry;
  const verdictPath = typeof entry === 'string' ? path : [...path, 'verdict'];
  const allowed = verdict.trim().toLowerCase() === 'allowed';
  const errno = allowed ? undefined : nameAmong(ERRNO_NAMES, verdict.trim().toUpperCase());
  if (!allowed && errno === undefined) {
    const candidates = ['allowed', ...ERRNO_NAMES];
    const nearest = nearestOf(verdict, candidates) ?? nearestOf(verdict.toUpperCase(), candidates);
    diagnostics.add(locator.value(verdictPath), unknownName('verdict', verdict, candidates, nearest));
  }
  const outcomeName = named('reason', OUTCOME_NAMES, reason, [...path, 'reason'], locator, diagnostics);
  const dispositionName = named('token', DISPOSITION_NAMES, token, [...path, 'token'], locator, diagnostics);
  if (outcomeName === null || dispositionName === null || (!allowed && errno === undefined)) return undefined;

  const outcome = outcomeName && Outcome[outcomeName.toUpperCase() as keyof typeof Outcome];
  const disposition = dispositionName && Disposition[dispositionName.toUpperCase() as keyof typeof Disposition];
  const outcomeAllows = outcome === Outcome.ALLOWED || outcome === Outcome.NO_PERMISSION_NEEDED;
  if (typeof outcome === 'number' && outcomeAllows !== allowed) {
    diagnostics.add(
      locator.value([...path, 'reason']),
      `the expectation contradicts itself: ${verdict} never has the reason ${reason}`,
    );
    return undefined;
  }
  return {
    allowed,
    ...(errno === undefined ? {} : { errno }),
    ...(typeof outcome === 'number' ? { outcome } : {}),
    ...(typeof disposition === 'number' ? { disposition } : {}),
  };
}

/** A known name, undefined for none written, null for an unknown one (noted). */
function named(
  field: string,
  known: readonly string[],
  written: string | undefined,
  path: Path,
  locator: Locator,
  diagnostics: Diagnostics,
): string | undefined | null {
  if (written === undefined) return undefined;
  const name = written.trim().toLowerCase().replaceAll('-', '_');
  if (known.includes(name)) return name;
  const what = field === 'reason' ? 'reason' : 'fate of a token';
  const nearest = nearestOf(name, known);
  const hint = nearest ? `did you mean ${quote(nearest)}?` : `expected one of ${known.join(', ')}`;
  diagnostics.add(locator.value(path), {
    message: `unknown ${what} ${quote(written)}; ${hint}`,
    expected: `one of ${known.join(', ')}`,
    nearest,
  });
  return null;
}

function nameAmong(known: readonly string[], name: string): string | undefined {
  return known.includes(name) ? name : undefined;
}
