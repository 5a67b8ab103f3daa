import type { Diagnostics, Position } from '../diagnostics/diagnostics.js';
import type { Delegation } from '../dialects/delegation.js';
import { distinctNames, meantDelegation } from '../dialects/meant_delegation.js';
import type { Reading } from '../dialects/read_delegations.js';
import type { Profile } from '../kernel/profile.js';
import { nearestOf } from '../names/nearest.js';
import { quote, unknownName } from '../names/unknown_name.js';
import type { FromEntry } from './schema.js';
import type { Warning } from './warning.js';

/**
 * Reads a file that a scenario names, relative to the scenario, with the names of its kernel. Throws an Error whose message says why
 * it cannot be read.
 */
export type ReadNamedFile = (path: string, profile: Profile) => Reading;

/** The delegations of files that a scenario names. Each file is read once. */
export class NamedDelegations {
  readonly #readFile: ReadNamedFile | undefined;
  readonly #profile: Profile;
  readonly #diagnostics: Diagnostics;
  readonly #warnings: Warning[];
  readonly #readings = new Map<string, Reading | string>();

  constructor(readFile: ReadNamedFile | undefined, profile: Profile, diagnostics: Diagnostics, warnings: Warning[]) {
    this.#readFile = readFile;
    this.#profile = profile;
    this.#diagnostics = diagnostics;
    this.#warnings = warnings;
  }

  /** The delegation that an entry names; undefined where none can be found (noted at the entry's place). */
  find(entry: FromEntry, at: Position, owner: string): Delegation | undefined {
    const { file, name } = typeof entry === 'string' ? { file: entry, name: undefined } : entry;
    const reading = this.#reading(file);
    if (typeof reading === 'string') {
      this.#diagnostics.add(at, `${owner}${reading}`);
      return undefined;
    }
    const { delegations } = reading;
    const found = meantDelegation(delegations, name);
    if (typeof found === 'object') return found;
    const names = distinctNames(delegations);
    if (found === 'unknown_name') {
      const complaint = unknownName('delegation', name ?? '', names, nearestOf(name ?? '', names));
      this.#diagnostics.add(at, { ...complaint, message: `${owner}${file}: ${complaint.message}` });
    } else {
      const which = found === 'none' ? 'describes no delegation' : `describes several: name one of ${names.join(', ')}`;
      this.#diagnostics.add(at, `${owner}${file} ${which}`);
    }
    return undefined;
  }

  #reading(file: string): Reading | string {
    const known = this.#readings.get(file);
    if (known !== undefined) return known;
    const reading = this.#read(file);
    this.#readings.set(file, reading);
    if (typeof reading !== 'string') {
      for (const { warnings } of reading.files) this.#warnings.push(...warnings);
    }
    return reading;
  }

  #read(file: string): Reading | string {
    if (!this.#readFile) return `${quote(file)}: a scenario that is read from a text names no files`;
    try {
      const reading = this.#readFile(file, this.#profile);
      const failure = reading.files.find(({ status }) => status === 'failed')?.warnings[0];
      return failure ? `${failure.file}:${failure.line}:${failure.column}: ${failure.message}` : reading;
    } catch (error) {
      return (error as Error).message;
    }
  }
}
