import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { starterScenario } from '../../policy/starter.js';
import { InputError } from '../exit.js';
import { addOptions } from '../options/add_options.js';
import type { OptionsOf } from '../options/option.js';
import { OPTIONS } from '../options/table.js';

/** `bpftoken init`: a commented starter scenario. */
export function initCommand(program: Command): void {
  addOptions(program.command('init'), OPTIONS.init)
    .description('write a commented starter scenario')
    .argument('[file]', 'where to; - for standard output', 'scenario.yaml')
    .action((file: string, options: OptionsOf<typeof OPTIONS.init>) => {
      const text = starterScenario();
      if (file === '-') {
        process.stdout.write(text);
        if (options.json) process.stderr.write(`${JSON.stringify({ file, bytes: Buffer.byteLength(text) })}\n`);
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
      const words = `wrote ${file}; try: bpftoken test ${file}\n`;
      process.stdout.write(options.json ? `${JSON.stringify({ file, bytes: Buffer.byteLength(text) })}\n` : words);
    });
}
