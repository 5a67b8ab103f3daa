import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './cli/run_cli.js';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The fenced block of README.md that begins with a text. */
export function readmeBlock(language: string, start: string): string {
  const text = README.split(`\`\`\`${language}\n`).find((part) => part.startsWith(start));
  if (text === undefined) throw new Error(`README.md has no ${language} block that starts with ${start}`);
  return text.slice(0, text.indexOf('```'));
}
