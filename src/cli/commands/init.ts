import type { Command } from 'commander';
import { BatchFileError, errorCode } from '../../batch/errors.js';
import { writeWhole } from '../../batch/output/sink.js';
import type { InitJson } from '../../report/schemas/init.js';
import { starterScenario } from '../../scenario/starter.js';
import { printable, shellWord } from '../../text/printable.js';
import { defineCommand } from '../define_command.js';
import { requireDistinctFiles } from '../distinct_files.js';
import { InputError } from '../exit.js';
import { withInterrupt } from '../interrupt.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeData, writeJson, writeText } from '../output.js';

/** `bpftoken init`: a commented starter scenario. */
export function initCommand(program: Command): void {
  defineCommand(program, 'init').action(async (file: string, options: OptionsOf<typeof OPTIONS.init>) => {
    const text = starterScenario();
    const written: InitJson = { schema: 'bpf-token-sim/init/1', file, bytes: Buffer.byteLength(text) };
    if (file === '-') {
      writeData(process.stdout, text);
      if (options.json) writeJson(process.stderr, written, 0);
      return;
    }
    if (options.force) requireDistinctFiles([{ option: 'the file', path: file, isWritten: true }]);
    try {
      await withInterrupt((signal) => writeWhole(file, text, { signal, isNew: !options.force }));
    } catch (error) {
      if (!(error instanceof BatchFileError) || errorCode(error.cause) !== 'EEXIST') throw error;
      throw new InputError(`${file} is already there; --force writes over it`, { file, cause: error.cause });
    }
    if (options.json) writeJson(process.stdout, written, 0);
    else writeText(process.stdout, `wrote ${printable(file)}; try: bpftoken test ${shellWord(file)}\n`);
  });
}
