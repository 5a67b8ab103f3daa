import { describe, expect, test } from 'vitest';
import type { RequestFormat } from '../../../src/tables/request_table.js';
import { MAX_LINE } from '../../../src/tables/text/text_lines.js';
import { read, smallWorld } from '../small_world.js';

const world = smallWorld();

/** What is wrong with the rows of a table, and how many rows it has. */
async function faults(format: RequestFormat, lines: readonly string[]) {
  const { rows, problems } = await read(world, format, [`${lines.join('\n')}\n`]);
  return { rows: rows.length, kinds: problems.first.map(({ kind }) => kind) };
}

/** A text of a number of characters. */
const filled = (start: string, fill: string, end: string, length: number): string =>
  start + fill.repeat((length - start.length - end.length) / fill.length) + end;

// A line was too long or not by what else was in it, by the keys that were met before it, and so by the number of workers.
describe('a line of more characters than one may have is a row that cannot be read, whatever is in it', () => {
  const header = 'task,cmd,map_type,junk';
  const csv = (length: number): string[] => [
    filled('root,map_create,hash,', 'y', '', length),
    filled('no such task,map_create,hash,', 'y', '', length),
    filled('root,map_create,', ' ', 'hash,', length),
    filled('root,map_create,hash,"', 'y', '"', length),
  ];
  const good = '{"task":"root","cmd":"btf_load"}';
  const met = '{"task":"root","cmd":"btf_load","junk":"x"}';
  const ndjson = (length: number): string[] => [
    filled('{"task":"root","cmd":"btf_load","junk":"', 'y', '"}', length),
    filled('{"task":"root", ', ' ', '"cmd":"btf_load"}', length),
    filled('{"task":"root","cmd":"btf_load"}', ' ', '', length),
  ];

  test('in CSV', async () => {
    for (const line of csv(MAX_LINE + 1))
      expect(await faults('csv', [header, line])).toMatchObject({ kinds: ['line_too_long'] });
    const allowed = csv(MAX_LINE);
    expect(await faults('csv', [header, ...allowed])).toEqual({ rows: allowed.length, kinds: ['no_such_task'] });
  });

  test('in NDJSON, also where it is blank, and whether its keys were met before or not', async () => {
    for (const line of [...ndjson(MAX_LINE + 1), ' '.repeat(MAX_LINE + 1)]) {
      for (const before of [good, met]) {
        expect(await faults('ndjson', [before, line, met])).toEqual({ rows: 3, kinds: ['line_too_long'] });
      }
    }
    const allowed = ndjson(MAX_LINE);
    const blank = ' '.repeat(MAX_LINE);
    expect(await faults('ndjson', [met, ...allowed, blank])).toEqual({ rows: 1 + allowed.length, kinds: [] });
  });

  test('by its characters, not by its bytes', async () => {
    const line = (length: number) => filled('root,map_create,hash,', 'ü', '', length);
    expect(await faults('csv', [header, line(MAX_LINE)])).toEqual({ rows: 1, kinds: [] });
    expect(await faults('csv', [header, line(MAX_LINE + 1)])).toEqual({ rows: 1, kinds: ['line_too_long'] });
    const object = (length: number) => filled('{"task":"root","cmd":"btf_load","junk":"', 'ü', '"}', length);
    expect(await faults('ndjson', [met, object(MAX_LINE)])).toEqual({ rows: 2, kinds: [] });
    expect(await faults('ndjson', [met, object(MAX_LINE + 1)])).toEqual({ rows: 2, kinds: ['line_too_long'] });
  });
});
