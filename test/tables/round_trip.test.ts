import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/abi/verdict.js';
import { createColumns, setRow } from '../../src/engine/columns.js';
import { NO_TOKEN, requestOf, type TaskSpec, type TokenSpec, type World } from '../../src/kernel/world.js';
import { REQUEST_FORMATS, type RequestChunk, type RequestFormat } from '../../src/tables/request_table.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { anyCharacter } from '../any_character.js';
import { cases } from '../cases.js';
import { read, rowsOf, smallWorld } from './small_world.js';
import { requestTable } from './written.js';

const world = smallWorld();

/** A table as the bytes of a file. */
async function written(of: World, format: RequestFormat, chunks: Iterable<RequestChunk>): Promise<Uint8Array> {
  return Uint8Array.from(await requestTable(of, format, chunks));
}

describe.each(REQUEST_FORMATS)('%s', (format) => {
  it('gives generated columns back', async () => {
    const chunks = [...generateRequests(world, 7, cases(2000, 5000))];
    const { rows, problems } = await read(world, format, [await written(world, format, chunks)]);
    expect(problems.total).toBe(0);
    expect(rows).toEqual(rowsOf(chunks));
  });

  it('reads the same wherever the bytes are cut', async () => {
    const bytes = await written(world, format, generateRequests(world, 3, cases(5, 12)));
    const whole = await read(world, format, [bytes]);
    expect(whole.problems.total).toBe(0);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { rows } = await read(world, format, [bytes.slice(0, cut), bytes.slice(cut)]);
      expect(rows, `cut at ${cut}`).toEqual(whole.rows);
    }
    const bytewise = await read(
      world,
      format,
      Array.from(bytes, (byte) => Uint8Array.of(byte)),
    );
    expect(bytewise.rows).toEqual(whole.rows);
  });

  it('reads any text the same wherever it is cut, and loses no line', async () => {
    const head = format === 'csv' ? 'task,cmd,token\r\n' : '';
    const token = fc.constantFrom(
      'root',
      'btf_load',
      ',',
      ',',
      '"',
      '""',
      '\n',
      '\n',
      '\r\n',
      '{',
      '}',
      ':',
      'ü',
      'full',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(token, { maxLength: 40 }), fc.array(fc.nat(200)), async (parts, cuts) => {
        const text = head + parts.join('');
        const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, i) => text.slice(places[i], end));
        const whole = await read(world, format, [text]);
        const inPieces = await read(world, format, pieces, 2);
        expect(inPieces.rows).toEqual(whole.rows);
        expect(inPieces.problems).toEqual(whole.problems);
        const filled = parts
          .join('')
          .split('\n')
          .filter((line) => line.trim() !== '').length;
        if (format === 'ndjson') expect(whole.rows).toHaveLength(filled);
        expect(whole.rows.length).toBeLessThanOrEqual(parts.join('').split('\n').length);
      }),
      { numRuns: cases(80, 200) },
    );
  });

  it('gives back requests between tasks and tokens of any name', async () => {
    const name = fc.oneof(
      fc.string({ unit: anyCharacter, minLength: 1, maxLength: 6 }),
      fc.constantFrom(' ', '#1', '1', 'a', ' a', '"', 'a,b', 'a\r\nb', '\uFEFF', '\ud800', 'x'.repeat(1500)),
    );
    const names = fc.uniqueArray(name, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(names, names, async (taskNames, tokenNames) => {
        const named: World = {
          ...world,
          tasks: taskNames.map((text) => ({ ...(world.tasks[0] as TaskSpec), name: text })),
          tokens: tokenNames.map((text) => ({ ...(world.tokens[0] as TokenSpec), name: text })),
        };
        const pairs = taskNames.flatMap((_, task) => [...tokenNames.keys(), NO_TOKEN].map((id) => [task, id] as const));
        const columns = createColumns(pairs.length);
        pairs.forEach(([task, id], row) => {
          setRow(columns, row, requestOf({ task, token: id, cmd: 18 }));
        });
        const chunk = { columns, rows: pairs.length, firstRow: 0, bad: new Map() };
        const { rows, problems } = await read(named, format, [await written(named, format, [chunk])]);
        expect(problems.total).toBe(0);
        expect(rows.map(({ task, token }) => [task, token])).toEqual(pairs);
      }),
      { numRuns: cases(20, 50) },
    );
  });

  it('gives back any request a command can make', async () => {
    const request = fc.record({
      task: fc.nat(3),
      token: fc.constantFrom(0, 1, 2, NO_TOKEN),
      cmd: fc.nat(70),
      type: fc.nat(70),
      attachType: fc.nat(70),
      insnCnt: fc.oneof(fc.nat(), fc.constant(0xffff_ffff)),
      pre: fc.nat(Fault.LATE_ENOENT),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 20 }), async (requests) => {
        const columns = createColumns(requests.length);
        requests.forEach((fields, row) => {
          setRow(columns, row, asRead(fields));
        });
        const chunk = { columns, rows: requests.length, firstRow: 0, bad: new Map() };
        const { rows } = await read(world, format, [await written(world, format, [chunk])]);
        expect(rows).toEqual(rowsOf([chunk]));
      }),
      { numRuns: cases(20, 50) },
    );
  });
});

/** A request with what its command does not read at its default. */
function asRead<R extends { cmd: number; type: number; attachType: number; insnCnt: number }>(request: R): R {
  const cmds = world.profile.vocabulary;
  const isProg = ['prog_load', 'prog_attach', 'link_create'].some((name) => cmds.require('cmds', name) === request.cmd);
  return {
    ...request,
    type: isProg || request.cmd === cmds.require('cmds', 'map_create') ? request.type : 0,
    attachType: isProg ? request.attachType : 0,
    insnCnt: request.cmd === cmds.require('cmds', 'prog_load') ? request.insnCnt : 1,
  };
}
