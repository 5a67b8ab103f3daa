import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { starterScenario } from '../../policy/starter.js';
import { InputError } from '../exit.js';

/** `bpftoken init`: a commented starter scenario. */
export function initCommand(program: Command): void {
  program
    .command('init')
    .description('write a commented starter scenario')
    .argument('[file]', 'where to; - for standard output', 'scenario.yaml')
    .option('--force', 'write over a file that is there')
    .option('--json', 'say what was written as JSON')
    .action((file: string, options: { force?: boolean; json?: boolean }) => {
      const text = starterScenario();
      if (file === '-') {
        process.stdout.write(text);
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
