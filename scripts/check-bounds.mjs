// Makes a module of build/decide.wat that checks the address of every load and store before it is made, and writes it where
// the suite of test/bounds loads it. A load must lie in one table, in the workspace that decides, or past all workspaces, where
// columns lie; a store must lie in the workspace or past all workspaces. Anything else ends in a trap.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import binaryen from 'assemblyscript/binaryen';
import { WORKSPACE_SIZE } from '../dist/abi/memory_layout.js';
import { KERNEL_REGIONS, REGIONS } from '../dist/engine/regions.js';

/** Functions that work in another memory, which has other regions. */
const OTHER_MEMORY = ['table_rows', 'output_rows', 'page_values', 'read_rows', 'spellings', 'text_rows'].map(
  (file) => `assembly/${file}/`,
);
/** Exports whose first parameter is the workspace. */
const TAKES_WORKSPACE = ['decideBatch', 'decideBatchInBlocks', 'decidePermissionSet', 'decidePermissionTable'];

const TABLES = [
  REGIONS.header,
  ...KERNEL_REGIONS,
  REGIONS.selinux,
  REGIONS.tasks,
  REGIONS.programs,
  REGIONS.tokens,
  REGIONS.userns,
];

/** Bytes that a load or store takes, by the end of its name: `i32.load8_u` has 1. */
function sizeOf(instruction) {
  const [, type, bits] = /^([iv]\d+)\.(?:load|store)(\d*)/.exec(instruction);
  return Number(bits || type.slice(1)) / 8;
}

/** The address lies below the value on the stack: it is taken off, and put back after the check. */
function checkUnder(saved, check) {
  return [`local.set $saved_${saved}`, ...check, `local.get $saved_${saved}`];
}

/** The lines of a check before an instruction; undefined for an instruction that needs none. */
function checkOf(line) {
  const [instruction, ...immediates] = line.trim().split(/\s+/);
  if (instruction === 'memory.fill') {
    return [
      'local.set $saved_length',
      ...checkUnder('i32', ['i32.const 0', 'local.get $saved_length', 'call $check_store']),
      'local.get $saved_length',
    ];
  }
  if (/^memory\.(copy|init)|\.atomic\./.test(instruction)) throw new Error(`no check is written for ${instruction}`);
  const match = /^(i32|i64|v128)\.(load|store)/.exec(instruction);
  if (!match) return undefined;
  const offset = immediates.find((text) => text.startsWith('offset='))?.slice('offset='.length) ?? '0';
  const check = [`i32.const ${offset}`, `i32.const ${sizeOf(instruction)}`, `call $check_${match[2]}`];
  if (match[2] === 'store') return checkUnder(match[1], check);
  return instruction.endsWith('_lane') ? checkUnder('v128', check) : check;
}

/** An i32 that is 1 where the bytes from $from to before $end lie in a region. */
const isWithin = (start, end) => `(i32.and (i32.ge_u (local.get $from) ${start}) (i32.le_u (local.get $end) ${end}))`;
const constant = (number) => `(i32.const ${number})`;

/** A function that gives the address back, or traps. */
function checkFunction(name, regions) {
  const wanted = regions.map(([start, end]) => isWithin(start, end)).reduce((any, one) => `(i32.or ${any} ${one})`);
  return `(func $${name} (param $address i32) (param $offset i32) (param $size i32) (result i32)
    (local $from i32) (local $end i32)
    (local.set $from (i32.add (local.get $address) (local.get $offset)))
    (local.set $end (i32.add (local.get $from) (local.get $size)))
    (if (i32.eqz ${wanted}) (then (unreachable)))
    (local.get $address))`;
}

const own = ['(global.get $workspace)', `(i32.add (global.get $workspace) ${constant(WORKSPACE_SIZE)})`];
const columns = [constant(REGIONS.workspaces.end), constant(-1)];
const helpers = `(global $workspace (mut i32) ${constant(0)})
  ${checkFunction('check_load', [...TABLES.map(({ start, end }) => [constant(start), constant(end)]), own, columns])}
  ${checkFunction('check_store', [own, columns])}`;

const SAVED = ['i32', 'i64', 'v128']
  .map((type) => ` (local $saved_${type} ${type})`)
  .concat(' (local $saved_length i32)');

let isChecked = false;
let setsWorkspace = false;
const lines = [];
for (const line of readFileSync('build/decide.wat', 'utf8').trimEnd().split('\n')) {
  const header = /^ \(func \$(\S+)/.exec(line);
  if (header) {
    isChecked = !OTHER_MEMORY.some((file) => header[1].startsWith(file));
    setsWorkspace = TAKES_WORKSPACE.some((name) => header[1] === `assembly/index/${name}`);
    lines.push(line, ...(isChecked ? SAVED : []));
    continue;
  }
  if (setsWorkspace && !/^\s*\(local/.test(line)) {
    lines.push('local.get $0', 'global.set $workspace');
    setsWorkspace = false;
  }
  lines.push(...((isChecked && checkOf(line)) || []), line);
}
// The last line closes the module.
lines.splice(-1, 0, helpers);
const module = binaryen.parseText(lines.join('\n'));
module.setFeatures(binaryen.Features.All);
if (!module.validate()) throw new Error('the checked module is not valid');
mkdirSync('build/bounds', { recursive: true });
writeFileSync(
  'build/bounds/decide.generated.js',
  `export const DECIDE_WASM_BASE64 = '${Buffer.from(module.emitBinary()).toString('base64')}';\n`,
);
