import fc from 'fast-check';
import type { RequestFormat } from '../../src/tables/request_table.js';

const TASKS = [
  'root',
  'agent',
  'nobody',
  ' agent',
  '#1',
  '#9',
  'agnet',
  '',
  '"say ""hi"", you\nthere"',
  'a\rb',
  '\uFFFD',
];
const TOKENS = ['full', 'maps-only', '', '', '#0', 'fill', '"ü, näher"', '"full"', 'ü'];
const CMDS = [
  'btf_load',
  'BPF_MAP_CREATE',
  'map_create',
  'prog_load',
  'prog_load',
  '5',
  '0x5',
  'prog_lod',
  '',
  '"prog_load"',
];
const TYPES = ['hash', 'xdp', 'kprobe', '', '63', '99', '-1', 'kprob', ' xdp '];
const COUNTS = ['', '1', '007', '4294967295', '4294967296', '1e3', '12345678901', 'x'];
const PRES = ['', '', 'token_ebadf', 'bad_row', '3', 'what'];
const EXPECTS = ['', '', 'allowed', 'EPERM', 'eprem'];
const ENDS = ['\n', '\n', '\n', '\r\n', '\r\n', '\n\n', '\r\n \n'];
/** Lines that are no rows, or rows only by what comes after them. */
const ODD_CSV = [
  '"',
  '"open',
  'a,b"c,d',
  '"a"b,c',
  'root,btf_load',
  'root,,btf_load',
  'root,,btf_load,,,,,,,,',
  ',,,,,,,,,,,,',
  '\r',
  '"two\r',
  'lines",btf_load,,,,,,,',
];
const ODD_NDJSON = [
  '{',
  '[]',
  'null',
  '{}',
  '{"task":"root"} x',
  '{"task":"root","cmd":"btf_load",}',
  '\t',
  '"',
  '{"a":{"b":[1]}}',
  '{"task":"root","cmd":"btf_load","note":"a\tb"}',
  '{"task":"root","cmd":"prog_load","prog_type":"xdp","insn_cnt":05}',
  '{"task":1,"cmd":5,"prog_type":1}',
  '{"token":1,"task":"1","cmd":18}',
  '{"task":"root","Task":"nobody","task":"agent","cmd":"btf_load"}',
];

const oneOf = (texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const cells = fc.tuple(
  ...[TASKS, TOKENS, CMDS, TYPES, TYPES, TYPES, COUNTS, PRES, EXPECTS].map((texts) => oneOf(texts)),
  oneOf(['', 'x', '"x\ny"', '"""']),
);
const NAMES = [
  'task',
  'token',
  'cmd',
  'map_type',
  'prog_type',
  'expected_attach_type',
  'insn_cnt',
  'pre',
  'expect',
  'note',
];

const csvRow = cells.map((row) => row.join(','));
/** Most rows are whole ones, so that most tables are read to their end in more than one way. */
const csvLine = fc.oneof({ weight: 6, arbitrary: csvRow }, { weight: 1, arbitrary: oneOf(ODD_CSV) });

const jsonValue = (text: string, as: number): string => {
  if (as === 0 && text === '') return 'null';
  if (as === 1 && /^\d+$/.test(text)) return text;
  if (as === 2)
    return ['true', '{"a":"}"}', '[]', '-1.5e3', '01', '"\\u0041"', '1.0', '"a\tb"'][text.length % 8] as string;
  return JSON.stringify(text.replace(/^"|"$/g, ''));
};
const jsonLine = fc
  .tuple(
    cells,
    fc.array(fc.tuple(fc.nat(9), fc.constantFrom(0, 0, 0, 1, 1, 2), oneOf(['', ' ', '\t'])), {
      minLength: 3,
      maxLength: 10,
    }),
    fc.boolean(),
  )
  .map(([row, members, isWhole]) => {
    const chosen = isWhole ? [0, 1, 2, 3, 4, 5, 6].map((column) => [column, 0, ''] as const) : members;
    const text = chosen.map(([column, as, space]) => {
      const name = as === 2 && column === 9 ? NAMES[column]?.toUpperCase() : NAMES[column];
      return `${space}"${name}"${space}:${space}${jsonValue(row[column] as string, as)}`;
    });
    return `{${text.join(',')}}`;
  });
const ndjsonLine = fc.oneof({ weight: 6, arbitrary: jsonLine }, { weight: 1, arbitrary: oneOf(ODD_NDJSON) });

/** Tables of which some rows are plain, some are not, and some are none: the bytes of a file. */
export function randomTable(format: RequestFormat): fc.Arbitrary<Uint8Array> {
  const line = format === 'csv' ? csvLine : ndjsonLine;
  return fc
    .tuple(
      fc.boolean(),
      fc.array(fc.tuple(line, oneOf(ENDS)), { maxLength: 40 }),
      fc.constantFrom('', '\n'),
      fc.nat(),
      fc.nat(20),
    )
    .map(([isMarked, lines, end, place, spoil]) => {
      const head = format === 'csv' ? `${NAMES.join(',')}\n` : '';
      const text = `${isMarked ? '\uFEFF' : ''}${head}${lines.map((pair) => pair.join('')).join('')}${end}`;
      const bytes = new TextEncoder().encode(text);
      // Some are no UTF-8.
      const at = head.length + 3 + (place % (bytes.length + 1));
      if (spoil === 0 && at < bytes.length && bytes[at] !== 0x0a) bytes[at] = 0xff;
      return bytes;
    });
}
