import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { describeNeeding } from '../needs.js';
import { canDelegate, copiedCommand, type RunningScript, runScript } from './live_host.js';

const [NAMESPACES, EACH] = [50, 40];

describeNeeding(canDelegate, 'root-and-linux-6.9')(
  `${NAMESPACES * EACH} processes in ${NAMESPACES} user namespaces`,
  () => {
    let host: RunningScript;
    const folder = mkdtempSync(join(tmpdir(), 'bpftoken-many-'));
    beforeAll(async () => {
      host = await runScript('many_processes.pl', [String(NAMESPACES), String(EACH)]);
    });
    afterAll(async () => {
      await host.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test.each([
      ['root', []],
      ['another user', ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']],
    ])('for %s: a task for each user namespace, in a small file', (who, command) => {
      const out = join(folder, `${who}.yaml`);
      execFileSync('chmod', ['777', folder]);
      const args = [...command, process.execPath, copiedCommand(folder), 'snapshot', '--out', out, '--json'];
      const [program = '', ...rest] = args;
      const started = performance.now();
      const json = JSON.parse(execFileSync(program, rest, { encoding: 'utf8' }));
      const elapsed = performance.now() - started;
      console.log(`${who}: ${Math.round(elapsed)} ms, ${statSync(out).size} bytes, ${JSON.stringify(json.unseen)}`);
      expect(json.host.processes).toBeGreaterThanOrEqual(NAMESPACES * EACH);
      const { world } = parseScenario(readFileSync(out, 'utf8'));
      expect(world.userns.length).toBeGreaterThan(NAMESPACES);
      const counted = [...readFileSync(out, 'utf8').matchAll(/^ {2}# 40 processes: perl \d+/gm)];
      expect(counted).toHaveLength(NAMESPACES);
      expect(statSync(out).size).toBeLessThan(50_000);
    });
  },
);
