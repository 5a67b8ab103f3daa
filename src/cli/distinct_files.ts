import { type BigIntStats, fstatSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { descriptorOf } from '../batch/output/descriptor_path.js';
import { targetOf } from '../batch/output/target_path.js';
import { InputError } from './exit.js';

/** A file of a command line. */
export interface NamedFile {
  /** What says so: `--out`, `the scenario`. */
  readonly option: string;
  /** `-` is a standard stream; undefined where the option was not given. */
  readonly path: string | undefined;
  readonly isWritten: boolean;
}

/** A file with what tells whether it is the same as another. */
interface Place {
  readonly label: string;
  readonly isWritten: boolean;
  readonly isMessages: boolean;
  /** The descriptor of this process that it is. */
  readonly descriptor: number | undefined;
  /** Of regular files, block devices and FIFOs: where all that is written stays, or meets its reader. */
  readonly identity: string | undefined;
}

const [STDIN, STDOUT, STDERR] = [0, 1, 2];

/**
 * Throws an InputError where a file to write is also another file of the command, read or written, by whatever path:
 * another spelling, a link of either kind, a descriptor, a redirected standard stream. Terminals and devices without contents
 * may be several. Looks at the files without opening them.
 */
export function requireDistinctFiles(files: readonly NamedFile[]): void {
  const named = files.filter((file): file is NamedFile & { path: string } => file.path !== undefined);
  const places = [...named.map(placeOf), ...messagesBeside(named.map(placeOf))];
  places.forEach((place, i) => {
    for (const other of places.slice(0, i)) {
      if (place.isMessages && other.isMessages) continue;
      if ((place.isWritten || other.isWritten) && isSame(place, other)) {
        throw new InputError(`${other.label} and ${place.label} are one file: what is written needs a file of its own`);
      }
    }
  });
}

function isSame(a: Place, b: Place): boolean {
  if (a.descriptor !== undefined && a.descriptor === b.descriptor) return true;
  return a.identity !== undefined && a.identity === b.identity;
}

function placeOf({ option, path, isWritten }: NamedFile): Place {
  const descriptor = path === '-' ? (isWritten ? STDOUT : STDIN) : descriptorOf(path as string);
  const found = descriptor === undefined ? statOf(path as string) : fstatOf(descriptor);
  const identity = found ? identityOf(found) : isWritten ? identityOfNew(path as string) : undefined;
  const stream = path === '-' ? (isWritten ? ' (standard output)' : ' (standard input)') : '';
  return { label: `${option} ${path}${stream}`, isWritten, isMessages: false, descriptor, identity };
}

/** The report and messages, where these streams are not outputs. */
function messagesBeside(places: readonly Place[]): Place[] {
  const streams = [
    { label: 'the report on standard output', descriptor: STDOUT },
    { label: 'messages on standard error', descriptor: STDERR },
  ];
  return streams
    .filter(({ descriptor }) => !places.some((place) => place.isWritten && place.descriptor === descriptor))
    .map(({ label, descriptor }) => {
      const found = fstatOf(descriptor);
      return { label, isWritten: true, isMessages: true, descriptor, identity: found && identityOf(found) };
    });
}

function identityOf(found: BigIntStats): string | undefined {
  return found.isFile() || found.isBlockDevice() || found.isFIFO() ? `${found.dev}:${found.ino}` : undefined;
}

/** Of a file that is not there yet: its folder, by whatever path, and its name. */
function identityOfNew(path: string): string | undefined {
  try {
    const target = targetOf(path);
    const { dev, ino } = statSync(dirname(target), { bigint: true });
    return `${dev}:${ino}/${basename(target)}`;
  } catch {
    return undefined;
  }
}

/** Undefined where there is nothing, or nothing can be said: opening it says why. */
function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function fstatOf(descriptor: number): BigIntStats | undefined {
  try {
    return fstatSync(descriptor, { bigint: true });
  } catch {
    return undefined;
  }
}
