import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/abi/verdict.js';
import { NO_TOKEN } from '../../../src/kernel/world.js';
import { MAX_LINE } from '../../../src/tables/text/text_lines.js';
import { linesOf, read, smallWorld } from '../small_world.js';

const world = smallWorld();
const ndjson = (text: string) => read(world, 'ndjson', [text]);

describe('NDJSON', () => {
  it('takes names, numbers, nulls, CRLF, blank lines and a byte order mark', async () => {
    const { rows, chunks, problems } = await ndjson(
      [
        '\uFEFF{"task":"agent","token":"full","cmd":"prog_load","prog_type":"xdp","insn_cnt":7}',
        '',
        ' \t ',
        '{"cmd":0,"task":1,"token":null,"map_type":2,"pre":null}',
        '{"Task":"#0","CMD":"BPF_BTF_LOAD","token":""}',
      ].join('\r\n'),
    );
    expect(problems.total).toBe(0);
    expect(linesOf(chunks[0])).toEqual([1, 4, 5]);
    expect(rows.map(({ task, token, cmd, type, insnCnt }) => [task, token, cmd, type, insnCnt])).toEqual([
      [1, 0, 5, 6, 7],
      [1, NO_TOKEN, 0, 2, 1],
      [0, NO_TOKEN, 18, 0, 1],
    ]);
  });

  it('makes a bad row of every line that is no request, with its line number', async () => {
    const good = '{"task":"root","cmd":"btf_load"}';
    const { rows, problems } = await ndjson(
      [
        good,
        '{"task":"root",',
        good,
        '[1]',
        '"text"',
        'null',
        good,
        '{"cmd":"btf_load"}',
        '{"task":"root","cmd":true}',
        '{"task":{"a":1},"cmd":"btf_load"}',
        '{"task":"root","cmd":5.5,"prog_type":1}',
        '{"task":-1,"cmd":"btf_load"}',
        `{"task":"${'x'.repeat(MAX_LINE)}","cmd":1}`,
        good,
      ].join('\n'),
    );
    expect(problems.first.map(({ kind, line, column }) => [kind, line, column])).toEqual([
      ['bad_json', 2, undefined],
      ['not_an_object', 4, undefined],
      ['not_an_object', 5, undefined],
      ['not_an_object', 6, undefined],
      ['missing_value', 8, 'task'],
      ['wrong_type', 9, 'cmd'],
      ['wrong_type', 10, 'task'],
      ['out_of_range', 11, 'cmd'],
      ['no_such_task', 12, 'task'],
      ['line_too_long', 13, undefined],
    ]);
    expect(rows).toHaveLength(14);
    expect(rows.filter(({ pre }) => pre === Fault.BAD_ROW)).toHaveLength(9);
  });

  it('names unknown keys once', async () => {
    const line = '{"task":"root","cmd":"btf_load","maptype":1,"verdict":"allowed","__proto__":{}}\n';
    const { problems } = await ndjson(line.repeat(3));
    expect(problems.total).toBe(0);
    expect(problems.unknownColumns).toEqual([{ name: 'maptype', nearest: 'map_type' }, { name: '__proto__' }]);
  });

  it('reads an empty file as no rows', async () => {
    expect((await ndjson('')).chunks).toEqual([]);
    expect((await ndjson('\n\n')).chunks).toEqual([]);
  });
});
