import { BpfObjectError } from '../programs/object_error.js';
import { type ProgramFile, readProgramFile } from '../programs/program_file.js';
import { InputError } from './exit.js';
import { fileName, readBytesFile } from './read_file.js';

/** An executable that is statically linked, with debug information. */
const MOST_BYTES = 1 << 29;

/** What a file that is named holds. Throws InputError for one that cannot be read or is damaged. */
export function programFileOf(path: string): ProgramFile {
  const bytes = readBytesFile(path, MOST_BYTES, 'neither an object nor an executable is as long');
  try {
    return readProgramFile(bytes);
  } catch (error) {
    if (error instanceof BpfObjectError) throw damagedObject(path, error);
    throw error;
  }
}

/** The InputError of a damaged object of a file. */
export function damagedObject(path: string, error: BpfObjectError): InputError {
  const file = fileName(path);
  return new InputError(`${file}: ${error.message}`, { file, cause: error });
}
