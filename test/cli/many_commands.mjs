// Runs commands one after the other in a process whose signals, mounts and folders are its own. Prints what became of each.
import { readdirSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { run } from '../../dist/cli/program.js';

/** `folders` are looked at after each command; with `interrupts`, Ctrl-C comes as soon as something lies in one. */
const { commands, folders, interrupts = false } = JSON.parse(process.argv[2]);
const found = () => folders.flatMap((folder) => readdirSync(folder));
const PATIENCE_MS = 20_000;
const results = [];
let said = '';
// Each interrupted command listens on for a moment; a process of the command line runs one.
process.setMaxListeners(0);
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (text, done) => {
    said += text;
    if (typeof done === 'function') queueMicrotask(done);
    return true;
  };
}
for (const args of commands) {
  said = '';
  let isDone = false;
  const running = run(['node', 'bpftoken', ...args]).finally(() => {
    isDone = true;
  });
  if (interrupts) {
    const until = performance.now() + PATIENCE_MS;
    while (!isDone && found().length === 0) {
      if (performance.now() > until) throw new Error(`nothing lies in ${folders}`);
      await setTimeout(2);
    }
    process.kill(process.pid, 'SIGINT');
  }
  const code = await running.catch((error) => error.stack);
  process.exitCode = undefined;
  results.push({ command: args[0], code, said, left: found() });
}
writeFileSync(1, JSON.stringify(results));
