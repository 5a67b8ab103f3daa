import { run } from './debian_root.mjs';

/**
 * What llvm-objdump shows in an object: calls (`helper FUNCTION INSTRUCTION NUMBER`, `kfunc FUNCTION INSTRUCTION NAME`, `function FUNCTION INSTRUCTION`),
 * and the names of functions with jumps back. A function's first instruction has number 0.
 */
export function disassembled(path) {
  const lines = run('llvm-objdump', ['-dr', path]).toString().split('\n');
  const calls = [];
  const loops = new Set();
  const isBig = lines.some((line) => line.includes('elf64-bpf')) && isBigEndian(path);
  let [name, start] = ['', 0];
  let call;
  for (const line of lines) {
    const head = /^([0-9a-f]+) <(.+)>:$/.exec(line);
    // Labels of branches stand among the instructions of a function.
    if (head && !/^LBB/.test(head[2])) [name, start, call] = [head[2], Number.parseInt(head[1], 16) / 8, undefined];
    const relocation = /^\s+[0-9a-f]+:\s+R_BPF_64_32\s+(\S+)/.exec(line);
    if (relocation && call) call.relocation = relocation[1];
    const instruction = /^\s+(\d+):\s+((?:[0-9a-f]{2}[ \t])+)\s*(.*)$/.exec(line);
    if (!instruction) continue;
    const [, index, bytes, text] = instruction;
    call = undefined;
    const called = /^call (-?\w+)$/.exec(text);
    if (called) {
      const registers = Number.parseInt(bytes.split(' ')[1], 16);
      const source = isBig ? registers & 0xf : registers >> 4;
      call = { name, number: Number(index) - start, value: Number(called[1]), source };
      calls.push(call);
    }
    if (/goto -/.test(text)) loops.add(name);
  }
  return { calls: calls.map(textOf), loops };
}

function isBigEndian(path) {
  return /big endian/.test(run('readelf', ['-h', path]).toString());
}

function textOf({ name, number, value, source, relocation }) {
  if (source === 0) return `helper ${name} ${number} ${value}`;
  // Externs have no section: a relocation against a function that is there is of a section or of a symbol with one.
  return `call ${name} ${number} ${relocation ?? ''}`.trim();
}
