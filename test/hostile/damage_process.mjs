// Reads damaged files, one after the other, in a process of its own: one that ends, hangs or takes much memory is told from
// the test. Before each it writes the damage's number to standard output, at once; what comes of it only where it is bad.
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { readRecords } from '../../dist/conformance/read_lines.js';
import { RecordingReplay } from '../../dist/conformance/replay.js';
import { BpfTokenSimError } from '../../dist/errors.js';
import { createEvaluator, parseScenario } from '../../dist/index.js';
import { evaluateTable } from '../../dist/tables/index.js';
import { damaged } from './damages.mjs';

const SAY_EVERY = 200;
/** Characters of a message that a person still reads. */
const MAX_MESSAGE = 4000;

/** Every `step`-th damage of some files, each from one number to before another. */
const { jobs, step, scenario, scratch } = JSON.parse(readFileSync(0, 'utf8'));
const { world } = parseScenario(readFileSync(scenario, 'utf8'), scenario);
const evaluator = createEvaluator(world);

async function* once(bytes) {
  yield bytes;
}

async function readTable(source, format) {
  for await (const { rows } of evaluateTable(evaluator, source, { format, file: 't' })) if (rows < 0) throw new Error();
}

const READERS = {
  scenario: async (bytes) => createEvaluator(parseScenario(new TextDecoder().decode(bytes), 't').world).dispose(),
  recording: async (bytes) => {
    const replay = new RecordingReplay();
    for await (const records of readRecords(once(bytes), 't')) replay.push('t', records);
    replay.endOfFile('t');
  },
  csv: (bytes) => readTable(once(bytes), 'csv'),
  ndjson: (bytes) => readTable(once(bytes), 'ndjson'),
  arrows: (bytes) => readTable(once(bytes), 'arrows'),
  arrow: (bytes) => readFromFile(bytes, 'arrow'),
  parquet: (bytes) => readFromFile(bytes, 'parquet'),
};

/** These are read in any order, so they need a file. */
function readFromFile(bytes, format) {
  writeFileSync(scratch, bytes);
  return readTable(scratch, format);
}

const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);
for (const [index, { path, kind, isBinary, from, to }] of jobs.entries()) {
  const sound = new Uint8Array(readFileSync(path));
  const worst = { ms: 0, slowest: -1, megabytes: 0, largest: -1 };
  let cases = 0;
  let refused = 0;
  for (let number = from; number < to; number += step) {
    const bytes = damaged(sound, number, isBinary);
    if (!bytes) continue;
    writeSync(1, `${index} ${number}\n`);
    const started = performance.now();
    try {
      await READERS[kind](bytes);
    } catch (error) {
      refused += 1;
      const isTold = error instanceof BpfTokenSimError && error.message !== '' && error.message.length <= MAX_MESSAGE;
      if (!isTold) say({ bad: number, error: String(error?.stack ?? error).slice(0, 1500) });
    }
    cases += 1;
    const ms = performance.now() - started;
    if (ms > worst.ms) Object.assign(worst, { ms, slowest: number });
    // The highest so far, other memory than JavaScript's among it.
    const megabytes = process.resourceUsage().maxRSS / 1024;
    if (megabytes > worst.megabytes) Object.assign(worst, { megabytes, largest: number });
    if (cases % SAY_EVERY === 0) {
      say({ cases, refused, worst });
      await setImmediate();
    }
  }
  say({ cases, refused, worst, isEnd: true });
}
