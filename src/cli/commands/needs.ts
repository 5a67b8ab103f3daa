import type { Command } from 'commander';
import { NEWEST_LIBBPF } from '../../programs/libbpf/section_rule.js';
import { BpfObjectError } from '../../programs/object_error.js';
import { readProgramFile } from '../../programs/program_file.js';
import { needsJson, type ReadFile } from '../../report/needs_json.js';
import { needsText } from '../../report/needs_text.js';
import { defineCommand } from '../define_command.js';
import { EXIT, InputError } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { fileName, readBytesFile } from '../read_file.js';
import { styleFor } from '../terminal.js';

/** An executable that is statically linked, with debug information. */
const MOST_BYTES = 1 << 29;

type NeedsOptions = OptionsOf<typeof OPTIONS.needs>;

/** `bpftoken needs`: what BPF objects hold, and those that executables carry. */
export function needsCommand(program: Command): void {
  defineCommand(program, 'needs').action((paths: readonly string[], { libbpf = NEWEST_LIBBPF, json }: NeedsOptions) => {
    const files = paths.map(readOne);
    if (json) writeJson(process.stdout, needsJson(files, libbpf));
    else writeText(process.stdout, needsText(files, libbpf, styleFor(process.stdout)));
    const isMissing = files.some(
      ({ objects, lightSkeletons, errors }) => objects.length + lightSkeletons.length === 0 || errors.length > 0,
    );
    process.exitCode = isMissing ? EXIT.BAD_INPUT : EXIT.OK;
  });
}

/** Throws InputError for a file that cannot be read, and for an object that is damaged. */
function readOne(path: string): ReadFile {
  const file = fileName(path);
  const bytes = readBytesFile(path, MOST_BYTES, 'neither an object nor an executable is as long');
  try {
    return { file, ...readProgramFile(bytes) };
  } catch (error) {
    if (error instanceof BpfObjectError) throw new InputError(`${file}: ${error.message}`, { file, cause: error });
    throw error;
  }
}
