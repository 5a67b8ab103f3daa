import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { sinkOf, writeWhole } from '../../batch/output/sink.js';
import { FACTS_FILE, factsText } from '../../host/facts/facts_text.js';
import type { HostFacts } from '../../host/facts/host_facts.js';
import { parseFacts } from '../../host/facts/parse_facts.js';
import { type SnapshotScenario, scenarioOfFacts } from '../../host/facts/scenario_of_facts.js';
import { collectFacts } from '../../host/snapshot/collect_facts.js';
import { MAX_IDS } from '../../kernel/world.js';
import { type Snapshot, snapshotJson, snapshotText } from '../../report/snapshot_text.js';
import { MAX_SCENARIO_BYTES } from '../../scenario/parse_scenario.js';
import { defineCommand } from '../define_command.js';
import { requireDistinctFiles } from '../distinct_files.js';
import { EXIT, InputError } from '../exit.js';
import { withInterrupt } from '../interrupt.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeData, writeJson, writeText } from '../output.js';
import { readTextFile } from '../read_file.js';
import { styleFor } from '../terminal.js';

/** Of a saved copy: that of a host with 100,000 processes has some 50 MiB. */
const MAX_FACTS_BYTES = 256 * 1_048_576;

/** `bpftoken snapshot`: this host, or a saved copy of one, as a scenario. */
export function snapshotCommand(program: Command): void {
  defineCommand(program, 'snapshot').action(async ({ out, from, save, json }: OptionsOf<typeof OPTIONS.snapshot>) => {
    const copy = from === undefined ? undefined : join(from, FACTS_FILE);
    const saved = save === undefined ? undefined : join(save, FACTS_FILE);
    requireDistinctFiles([
      { option: '--from', path: copy, isWritten: false },
      { option: '--save', path: saved, isWritten: true },
      { option: '--out', path: out, isWritten: true },
    ]);
    const started = performance.now();
    const isData = sinkOf(out, 'csv').kind === 'stdout';
    const snapshot = await withInterrupt(async (signal): Promise<Snapshot> => {
      const facts = copy === undefined ? await collectFacts(signal) : readCopy(copy);
      if (save !== undefined && saved !== undefined) {
        mkdirSync(save, { recursive: true });
        await writeWhole(saved, factsText(facts), { signal });
      }
      const scenario = scenarioOfFacts(facts);
      requireReadable(scenario, saved ?? copy);
      if (!isData) await writeWhole(out, scenario.text, { signal });
      return { facts, scenario, from, saved, out, elapsedMs: performance.now() - started };
    });
    if (isData) writeData(process.stdout, snapshot.scenario.text);
    if (json) writeJson(isData ? process.stderr : process.stdout, snapshotJson(snapshot), isData ? 0 : 2);
    else writeText(process.stderr, snapshotText(snapshot, styleFor(process.stderr)));
    process.exitCode = EXIT.OK;
  });
}

/** Throws InputError for a scenario that no command would read. */
function requireReadable({ text, counts }: SnapshotScenario, copy: string | undefined): void {
  const kept = copy === undefined ? '--save keeps what was read' : `${copy} has what was read`;
  for (const [what, number] of Object.entries({ tasks: counts.tasks, bpffs: counts.bpffs, tokens: counts.tokens })) {
    if (number > MAX_IDS)
      throw new InputError(`the host has ${number} different ${what}: at most ${MAX_IDS} fit a scenario; ${kept}`);
  }
  const size = Buffer.byteLength(text);
  if (size <= MAX_SCENARIO_BYTES) return;
  const mebibytes = (size / 1_048_576).toFixed(1);
  throw new InputError(
    `the scenario would have ${mebibytes} MiB (${counts.tasks} different tasks): at most ${MAX_SCENARIO_BYTES / 1_048_576} MiB are read; ${kept}`,
  );
}

function readCopy(file: string): HostFacts {
  const read = parseFacts(readTextFile(file, MAX_FACTS_BYTES, 'it is no saved copy of a host'));
  if ('facts' in read) return read.facts;
  const { line, column, message } = read.problem;
  throw new InputError(`${file}:${line}:${column}: ${message}`, { file });
}
