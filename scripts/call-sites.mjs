// Lists where a kernel asks a token: npm run call-sites -- --kernel 7.3 SOURCES
//
// SOURCES is a folder with the kernel's sources, such as that of Debian's package linux-source-7.3. Each call of the functions below is
// a row: the file, the function around it, and the call with its arguments. vocabulary/call-sites.json keeps the rows by release, and
// docs/kernel-notes.md says of each where the model has it; a row that the table does not have fails a test.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const STORE = fileURLToPath(new URL('../vocabulary/call-sites.json', import.meta.url));
const CALL =
  /\b(bpf_token_capable|bpf_token_allow_cmd|bpf_token_allow_map_type|bpf_token_allow_prog_type|bpf_allow_ptr_leaks|bpf_allow_uninit_stack|bpf_bypass_spec_v1|bpf_bypass_spec_v4|security_bpf_token_create|security_bpf_token_cmd|security_bpf_token_capable)\s*\(/g;
/** Folders of a kernel that have no code of it. */
const LEFT_OUT = new Set(['Documentation', 'tools', 'scripts', 'samples']);
/** A line that starts a function: it starts in the first column, and is no declaration. */
const FUNCTION = /^(?!\s|#|\/\*|\*|\}|typedef|EXPORT_SYMBOL)[\w\s*]*?(\w+)\s*\(/;

/** The calls of one file, in the order of its lines. */
function callsOf(text) {
  const lines = text.split('\n');
  let around;
  return lines.flatMap((line, i) => {
    const found = FUNCTION.exec(line);
    if (found) around = found[1];
    if (/^\S/.test(line) || /^\s*\*/.test(line)) return [];
    return [...line.matchAll(CALL)].map(({ 0: call, index }) => ({
      function: around,
      call: `${call}${argumentsAt(lines, i, index + call.length)}`,
    }));
  });
}

/** What stands between the parentheses of a call, with its end, on one line. */
function argumentsAt(lines, first, start) {
  const rest = [lines[first].slice(start), ...lines.slice(first + 1, first + 4)].join(' ');
  let depth = 1;
  let end = 0;
  while (depth > 0 && end < rest.length) {
    if (rest[end] === '(') depth += 1;
    if (rest[end] === ')') depth -= 1;
    end += 1;
  }
  return rest.slice(0, end).replace(/\s+/g, ' ');
}

function* sourcesIn(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) yield* sourcesIn(path);
    else if (entry.isFile() && /\.[ch]$/.test(entry.name)) yield path;
  }
}

function rowsOf(sources) {
  const rows = [...sourcesIn(sources)].flatMap((path) => {
    const text = readFileSync(path, 'latin1');
    return text.includes('bpf_') ? callsOf(text).map((row) => ({ file: relative(sources, path), ...row })) : [];
  });
  return rows.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

const { values, positionals } = parseArgs({ options: { kernel: { type: 'string' } }, allowPositionals: true });
const [sources] = positionals;
if (!/^\d+\.\d+$/.test(values.kernel ?? '') || sources === undefined || !existsSync(join(sources, 'kernel/bpf'))) {
  process.stderr.write('usage: npm run call-sites -- --kernel 7.3 SOURCES\nSOURCES must have kernel/bpf\n');
  process.exit(2);
}
const stored = existsSync(STORE) ? JSON.parse(readFileSync(STORE, 'utf8')) : {};
const before = new Set(
  Object.values(stored)
    .flat()
    .map((row) => JSON.stringify(row)),
);
const rows = rowsOf(sources);
const all = Object.entries({ ...stored, [values.kernel]: rows }).sort(([a], [b]) => {
  const [[a1, a2], [b1, b2]] = [a, b].map((release) => release.split('.').map(Number));
  return a1 - b1 || a2 - b2;
});
writeFileSync(STORE, `${JSON.stringify(Object.fromEntries(all), null, 1)}\n`);
process.stdout.write(`linux-${values.kernel}: ${rows.length} calls\n`);
for (const row of rows.filter((one) => !before.has(JSON.stringify(one)))) {
  process.stdout.write(`  new: ${row.file}: ${row.function}(): ${row.call}\n`);
}
