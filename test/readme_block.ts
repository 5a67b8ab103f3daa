import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './cli/run_cli.js';

/** The fenced block of README.md that begins with a text. */
export function readmeBlock(language: string, start: string): string {
  return documentBlock('README.md', language, (block) => block.startsWith(start));
}

/** The first fenced block of a document, named by its path from the root, that is as wanted. */
export function documentBlock(path: string, language: string, isWanted: (block: string) => boolean): string {
  const blocks = readFileSync(join(ROOT, path), 'utf8')
    .split(`\`\`\`${language}\n`)
    .slice(1)
    .map((text) => text.slice(0, text.indexOf('```')));
  const block = blocks.find(isWanted);
  if (block === undefined) throw new Error(`${path} has no such ${language} block`);
  return block;
}
