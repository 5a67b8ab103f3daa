import { expect, test } from 'vitest';
import { readRecords } from '../../src/conformance/read_lines.js';
import { readRequests } from '../../src/tables/text/text_reader.js';
import { smallWorld } from '../tables/small_world.js';
import { inProcess } from './run_cli.js';

const FLEET = 'examples/fleet.yaml';
const ZERO = '/dev/zero';

/** /dev/zero has no end and no line feed. */
test.each([
  [['check', ZERO, '--request', '1']],
  [['explain', ZERO, '--request', '1']],
  [['matrix', ZERO]],
  [['test', ZERO]],
  [['generate', ZERO, '--rows', '1']],
  [['eval', ZERO, '--generate', '1']],
  [['bench', ZERO]],
])('%j: no more of a scenario is read than one may have', async (args) => {
  const { code, stdout, stderr } = await inProcess(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^\/dev\/zero: too large: it has more than 8 MiB; /);
});

test.each([
  [['eval', FLEET, '--requests', ZERO, '--format', 'csv'], /^\/dev\/zero:1: the line goes on for more than 64 MiB/],
  [['eval', FLEET, '--requests', ZERO, '--format', 'ndjson'], /^\/dev\/zero:1: the line goes on for more than 64 MiB/],
  [['eval', FLEET, '--requests', ZERO, '--format', 'arrow'], /^\/dev\/zero: /],
  [['eval', FLEET, '--requests', ZERO, '--format', 'arrows'], /^\/dev\/zero: /],
  [['eval', FLEET, '--requests', ZERO, '--format', 'parquet'], /\/dev\/zero/],
  [['replay', ZERO], /^\/dev\/zero:1:1048576: the line is too long to be a record\n$/],
])('%j: a line without end is an error', async (args, message) => {
  const { code, stdout, stderr } = await inProcess(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});

test('a line that is too long costs that line, wherever it is cut', async () => {
  const world = smallWorld();
  const long = 'x'.repeat((1 << 20) + 1);
  async function* source() {
    yield `task,cmd\n${world.tasks[0]?.name},btf_load\n${long}`;
    yield `${long}\n${world.tasks[0]?.name},btf_load\n`;
  }
  let rows = 0;
  for await (const chunk of readRequests(world, 'csv', source())) rows += chunk.rows;
  expect(rows).toBe(3);
});

test('a recording is refused at a line that is too long, before its end comes', async () => {
  let pieces = 0;
  async function* endless() {
    for (;;) {
      pieces += 1;
      yield new Uint8Array(1 << 20).fill(0x20);
    }
  }
  const read = async () => {
    for await (const _ of readRecords(endless(), 'r.ndjson'));
  };
  await expect(read()).rejects.toThrow(/r\.ndjson:1:\d+: the line is too long/);
  expect(pieces).toBeLessThan(10);
});
