import { describe, expect, it } from 'vitest';
import { LAST_TYPE } from '../../../src/abi/memory_layout.js';
import { Fault } from '../../../src/abi/verdict.js';
import { InvalidArgumentError } from '../../../src/errors.js';
import { NO_TOKEN, type TokenSpec, type World } from '../../../src/kernel/world.js';
import { EXPECT_ALLOWED, EXPECT_NONE, RequestTableError } from '../../../src/tables/request_table.js';
import { MAX_RECORD } from '../../../src/tables/text/csv_records.js';
import { MAX_LINE } from '../../../src/tables/text/text_lines.js';
import { linesOf, read, smallWorld } from '../small_world.js';

const world = smallWorld();
const csv = (text: string, chunkRows?: number) => read(world, 'csv', [text], chunkRows);

describe('values', () => {
  it('takes columns in any order, names in any spelling, and numbers', async () => {
    const { rows, problems } = await csv(
      [
        ' CMD , Task,prog-type,TOKEN,map_type,insn_cnt,pre,expected attach type',
        'BPF_PROG_LOAD,agent,BPF_PROG_TYPE_CGROUP_SKB,full,,0x10,,cgroup_inet_egress',
        'map-create,#1,,#0,LRU_HASH,,token_ebadf,',
        '0,root,,,5,,3,',
        'link_create,root,,,,,,',
        '200,root,99999,,hash,,,',
      ].join('\n'),
    );
    expect(problems.total).toBe(0);
    const plain = { token: NO_TOKEN, type: 0, attachType: 0, insnCnt: 1, pre: Fault.NONE };
    expect(rows).toEqual([
      { ...plain, task: 1, token: 0, cmd: 5, type: 8, attachType: 1, insnCnt: 16 },
      { ...plain, task: 1, token: 0, cmd: 0, type: 9, pre: Fault.TOKEN_EBADF },
      { ...plain, task: 0, cmd: 0, type: 5, pre: Fault.TOKEN_EBADF },
      { ...plain, task: 0, cmd: 28 },
      { ...plain, task: 0, cmd: LAST_TYPE },
    ]);
  });

  it('saturates type numbers as columns do and keeps the largest count', async () => {
    const { rows } = await csv(
      'task,cmd,prog_type,expected_attach_type,insn_cnt\nroot,prog_load,4294967295,64,4294967295',
    );
    expect(rows[0]).toMatchObject({ type: LAST_TYPE, attachType: LAST_TYPE, insnCnt: 0xffff_ffff });
  });

  it('ignores columns the command does not read', async () => {
    const { rows, problems } = await csv(
      'task,cmd,map_type,prog_type,expected_attach_type,insn_cnt\nroot,btf_load,what,ever,is,here',
    );
    expect(problems.total).toBe(0);
    expect(rows[0]).toMatchObject({ type: 0, attachType: 0, insnCnt: 1, pre: Fault.NONE });
  });

  it('reads expectations', async () => {
    const { chunks } = await csv('task,cmd,expect\nroot,btf_load,Allowed\nroot,btf_load,\nroot,btf_load,-eperm\n');
    expect([...(chunks[0]?.expects ?? [])]).toEqual([EXPECT_ALLOWED, EXPECT_NONE, 1]);
    const without = await csv('task,cmd,expect\nroot,btf_load,\n');
    expect(without.chunks[0]?.expects).toBeUndefined();
  });
});

describe('text', () => {
  it('takes a byte order mark, CRLF, blank lines and no last line end', async () => {
    const { rows, chunks, problems } = await csv('\uFEFFtask,cmd\r\n\r\nroot,btf_load\r\n\n"agent","btf_load"');
    expect(problems.total).toBe(0);
    expect(rows.map(({ task }) => task)).toEqual([0, 1]);
    expect(linesOf(chunks[0])).toEqual([3, 5]);
  });

  it('takes quotes, doubled quotes and line ends in quotes, and counts lines through them', async () => {
    const { rows, chunks, problems } = await csv(
      'task,cmd,"no\nte"\n"say ""hi"", you\nthere",btf_load,"a\r\n\r\nb"\nroot,"btf_load",x\nwho,btf_load,\n',
    );
    expect(rows.map(({ task }) => task)).toEqual([2, 0, 4]);
    expect(linesOf(chunks[0])).toEqual([3, 7, 8]);
    expect(problems.first).toMatchObject([{ kind: 'no_such_task', line: 8 }]);
  });

  it('warns of unknown columns, once, and not of those a batch writes', async () => {
    const { problems } = await csv('row,line,task,cmd,tokn,verdict,zzz\n1,2,root,btf_load,,,\n1,2,root,btf_load,,,\n');
    expect(problems.total).toBe(0);
    expect(problems.unknownColumns).toEqual([{ name: 'tokn', nearest: 'token' }, { name: 'zzz' }]);
  });

  it('reads a header without rows as no rows', async () => {
    expect((await csv('task,cmd\n')).chunks).toEqual([]);
    expect((await csv('task,cmd')).chunks).toEqual([]);
  });

  it('cuts rows into chunks that say where they start', async () => {
    const { chunks } = await csv(`task,cmd\n${'root,btf_load\n'.repeat(7)}`, 3);
    expect(chunks.map(({ firstRow, rows, columns }) => [firstRow, rows, columns.task.length])).toEqual([
      [0, 3, 3],
      [3, 3, 3],
      [6, 1, 1],
    ]);
    expect(linesOf(chunks[2])).toEqual([8]);
  });
});

describe('tables that cannot be read', () => {
  const failure = async (text: string): Promise<RequestTableError> => {
    const error = await csv(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RequestTableError);
    return error as RequestTableError;
  };

  it('refuses an empty file', async () => {
    for (const text of ['', '\n\r\n', '\uFEFF']) {
      expect(await failure(text)).toMatchObject({ file: 't', line: 1, message: expect.stringContaining('empty') });
    }
  });

  it('refuses a header without task or cmd, and says what the file may be', async () => {
    expect(await failure('token,cmd\n')).toMatchObject({ line: 1, column: 'task' });
    expect(await failure('\ntask,token\nroot,full')).toMatchObject({ line: 2, column: 'cmd' });
    expect((await failure('{"task":"root","cmd":"btf_load"}\n')).message).toContain('NDJSON');
    expect((await failure('task;cmd\n')).message).toContain('commas');
  });

  it('refuses a header that names a column twice or has a broken quote', async () => {
    expect(await failure('task,cmd,TASK\n')).toMatchObject({ column: 'task' });
    expect(await failure('task,"cmd\nroot,btf_load\n')).toMatchObject({ line: 1 });
  });

  it('refuses chunks of no rows', async () => {
    await expect(csv('task,cmd\n', 0)).rejects.toThrow(InvalidArgumentError);
  });
});

describe('bad rows', () => {
  it('reports unknown names with the nearest one, and keeps what was written', async () => {
    const { problems, rows, chunks } = await csv(
      [
        'task,token,cmd,map_type,prog_type,expected_attach_type,pre,expect',
        'agnet,,btf_load,,,,,',
        'root,fill,btf_load,,,,,',
        'root,,prog_laod,,,,,',
        'root,,map_create,hsah,,,,',
        'root,,prog_load,,kprob,,,',
        'root,,prog_load,,kprobe,cgroup_inet_egres,,',
        'root,,btf_load,,,,token_ebad,',
        'root,,btf_load,,,,,EPREM',
        '2,,btf_load,,,,,',
        '#9,,btf_load,,,,,',
      ].join('\n'),
    );
    expect(problems.first.map(({ kind, line, column, nearest }) => [kind, line, column, nearest])).toEqual([
      ['no_such_task', 2, 'task', 'agent'],
      ['no_such_token', 3, 'token', 'full'],
      ['unknown_name', 4, 'cmd', 'prog_load'],
      ['unknown_name', 5, 'map_type', 'hash'],
      ['unknown_name', 6, 'prog_type', 'kprobe'],
      ['unknown_name', 7, 'expected_attach_type', 'cgroup_inet_egress'],
      ['unknown_name', 8, 'pre', 'token_ebadf'],
      ['unknown_name', 9, 'expect', 'EPERM'],
      ['no_such_task', 10, 'task', '#2'],
      ['no_such_task', 11, 'task', undefined],
    ]);
    expect(problems.rows).toBe(10);
    expect(rows.map(({ task, token, pre }) => [task, token, pre])).toEqual([
      [4, NO_TOKEN, Fault.NONE],
      [0, 3, Fault.NONE],
      ...Array.from({ length: 6 }, () => [0, NO_TOKEN, Fault.BAD_ROW]),
      [4, NO_TOKEN, Fault.NONE],
      [4, NO_TOKEN, Fault.NONE],
    ]);
    expect(chunks[0]?.bad.get(3)).toEqual(['root', '', 'map_create', 'hsah', '', '', '', '', '', '']);
  });

  it('reports missing values and numbers out of range', async () => {
    const { problems, rows } = await csv(
      [
        'task,cmd,map_type,prog_type,insn_cnt,pre',
        ',btf_load,,,,',
        'root, ,,,,',
        'root,map_create,,socket_filter,,',
        'root,prog_load,hash,,,',
        'root,prog_load,,kprobe,4294967296,',
        'root,prog_load,,kprobe,-1,',
        'root,prog_load,,kprobe,many,',
        'root,4294967296,,,,',
        'root,btf_load,,,,8',
        'root,btf_load,,,,bad_row',
      ].join('\n'),
    );
    expect(problems.first.map(({ kind, line, column }) => [kind, line, column])).toEqual([
      ['missing_value', 2, 'task'],
      ['missing_value', 3, 'cmd'],
      ['missing_value', 4, 'map_type'],
      ['missing_value', 5, 'prog_type'],
      ['out_of_range', 6, 'insn_cnt'],
      ['out_of_range', 7, 'insn_cnt'],
      ['unknown_name', 8, 'insn_cnt'],
      ['out_of_range', 9, 'cmd'],
      ['out_of_range', 10, 'pre'],
      ['marked_bad', 11, 'pre'],
    ]);
    expect(rows.every(({ pre }) => pre === Fault.BAD_ROW)).toBe(true);
    expect(problems.counts.out_of_range).toBe(4);
  });

  it('counts every problem and keeps the first twenty', async () => {
    const { problems, rows } = await csv(`task,cmd\n${'x,y\n'.repeat(30)}`);
    expect(rows).toHaveLength(30);
    expect(problems).toMatchObject({ rows: 30, total: 60, counts: { no_such_task: 30, unknown_name: 30 } });
    expect(problems.first).toHaveLength(20);
    expect(problems.first.at(-1)).toMatchObject({ line: 11, column: 'cmd' });
  });

  it('makes an unknown token a bad row where every token id is in use', async () => {
    const token = world.tokens[0] as TokenSpec;
    const full: World = { ...world, tokens: Array.from({ length: 0xffff }, (_, i) => ({ ...token, name: `t${i}` })) };
    const { rows, problems } = await read(full, 'csv', ['task,cmd,token\nroot,btf_load,other\nroot,btf_load,t65534']);
    expect(rows.map(({ token: id, pre }) => [id, pre])).toEqual([
      [0xffff, Fault.BAD_ROW],
      [65534, Fault.NONE],
    ]);
    expect(problems.counts.no_such_token).toBe(1);
  });
});

describe('broken lines cost themselves and no other', () => {
  const good = 'root,btf_load,\n';
  const broken = [
    ['too few fields', 'root,btf_load\n', 'field_count'],
    ['too many fields', 'root,btf_load,,\n', 'field_count'],
    ['a quote in a field', 'ro"ot,btf_load,\n', 'bad_quote'],
    ['text after a quote', '"root"x,btf_load,\n', 'bad_quote'],
    ['an open quote', '"root,btf_load,\n', 'bad_quote'],
    ['an overlong line', `${'x'.repeat(MAX_LINE + 1)}\n`, 'line_too_long'],
  ] as const;
  it.each(broken)('%s', async (_, line, kind) => {
    const { rows, problems, chunks } = await csv(`task,cmd,note\n${good}${line}${good}${good}`);
    expect(problems.first.map((problem) => [problem.kind, problem.line])).toEqual([[kind, 3]]);
    expect(rows.map(({ pre }) => pre)).toEqual([Fault.NONE, Fault.BAD_ROW, Fault.NONE, Fault.NONE]);
    expect(linesOf(chunks[0])).toEqual([2, 3, 4, 5]);
  });

  it('two open quotes that seem to close each other', async () => {
    const { rows, problems } = await csv(`task,cmd,note\n"root,btf_load,\n${good}agent,btf_load,"\n${good}`);
    expect(problems.first.map(({ kind, line }) => [kind, line])).toEqual([
      ['bad_quote', 2],
      ['bad_quote', 4],
    ]);
    expect(rows.map(({ pre }) => pre)).toEqual([Fault.BAD_ROW, Fault.NONE, Fault.BAD_ROW, Fault.NONE]);
  });

  it('an open quote before more text than a record may have', async () => {
    const after = Math.ceil(MAX_RECORD / good.length) + 100;
    const { rows, problems } = await csv(`task,cmd,note\n${good}root,btf_load,"\n${good.repeat(after)}`, 100_000);
    expect(rows).toHaveLength(after + 2);
    expect(problems.first).toMatchObject([{ kind: 'bad_quote', line: 3 }]);
    expect(problems.total).toBe(1);
  });

  it('an overlong line while a quote is open', async () => {
    const { problems, rows } = await csv(`task,cmd,note\n"root,btf_load,\n${'x'.repeat(MAX_LINE + 1)}\n${good}`);
    expect(problems.first.map(({ kind, line }) => [kind, line])).toEqual([
      ['bad_quote', 2],
      ['line_too_long', 3],
    ]);
    expect(rows).toHaveLength(3);
  });
});
