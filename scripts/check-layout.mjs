// Fails the build where a region of the Wasm memory is smaller than the documented limits need, or where asconfig.json and
// the layout disagree about the size of the memory.
import { readFileSync } from 'node:fs';
import * as layout from '../dist/abi/memory_layout.js';
import { KERNEL_REGIONS, layoutFaults, REGIONS, WORKSPACE_REGIONS } from '../dist/engine/regions.js';

const { options } = JSON.parse(readFileSync('asconfig.json', 'utf8'));
const faults = layoutFaults([...Object.values(REGIONS), ...KERNEL_REGIONS, ...WORKSPACE_REGIONS]);
for (const [option, pages] of [
  ['initialMemory', layout.MEMORY_PAGES],
  ['maximumMemory', layout.MAX_MEMORY_PAGES],
]) {
  if (options[option] !== pages) faults.push(`${option} in asconfig.json must be ${pages}, is ${options[option]}`);
}
for (const fault of faults) console.error(`layout: ${fault}`);
if (faults.length > 0) process.exit(1);
