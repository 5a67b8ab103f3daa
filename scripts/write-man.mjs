// Writes man/bpftoken.1 from the tables of commands and options. Run after the TypeScript build: it reads dist/.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { manPage } from '../dist/cli/help/man_page.js';

const root = new URL('../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
mkdirSync(new URL('man/', root), { recursive: true });
writeFileSync(new URL('man/bpftoken.1', root), manPage(version));
