import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { starterScenario } from '../../policy/starter.js';
import { printable } from '../../text/printable.js';
import { InputError } from '../exit.js';
import { addOptions } from '../options/add_options.js';
import type { OptionsOf } from '../options/option.js';
import { OPTIONS } from '../options/table.js';
import { writeData, writeJson, writeText } from '../output.js';

/** `bpftoken init`: a commented starter scenario. */
export function initCommand(program: Command): void {
  addOptions(program.command('init'), OPTIONS.init)
    .description('write a commented starter scenario')
    .argument('[file]', 'where to; - for standard output', 'scenario.yaml')
    .action((file: string, options: OptionsOf<typeof OPTIONS.init>) => {
      const text = starterScenario();
      const written = { file, bytes: Buffer.byteLength(text) };
      if (file === '-') {
        writeData(process.stdout, text);
        if (options.json) writeJson(process.stderr, written, 0);
        return;
      }
      try {
        writeFileSync(file, text, { flag: options.force ? 'w' : 'wx' });
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        throw new InputError(
          code === 'EEXIST'
            ? `${file} is already there; --force writes over it`
            : `${file}: cannot be written: ${message}`,
        );
      }
      const name = printable(file);
      if (options.json) writeJson(process.stdout, written, 0);
      else writeText(process.stdout, `wrote ${name}; try: bpftoken test ${name}\n`);
    });
}
