import { callText } from '../../../dist/programs/loaders/call_text.js';

const COMMANDS = {
  0: 'map_create',
  2: 'map_update_elem',
  5: 'prog_load',
  6: 'obj_pin',
  7: 'obj_get',
  15: 'obj_get_info_by_fd',
  18: 'btf_load',
  22: 'map_freeze',
  28: 'link_create',
  35: 'prog_bind_map',
  36: 'token_create',
};
const BPF_F_TOKEN_FD = 0x10000;

/** The calls of a trace, as callText() writes them: strace -f -X raw -e trace=bpf, of a release that knows token fields (6.10). Throws an Error for a cut line. */
export function callsOfTrace(text) {
  return wholeLines(text)
    .filter((line) => /\bbpf\(/.test(line))
    .map(callOfLine);
}

/** The lines, with a call whose answer comes on a later line of the same process put together, where it began. */
function wholeLines(text) {
  const lines = [];
  const unfinished = new Map();
  for (const line of text.split('\n')) {
    const pid = line.split(' ', 1)[0];
    const resumed = /^\d+ +<\.\.\. \w+ resumed>(.*)$/.exec(line)?.[1];
    if (resumed !== undefined && unfinished.has(pid)) {
      lines[unfinished.get(pid)] += resumed;
      continue;
    }
    if (line.endsWith('<unfinished ...>')) unfinished.set(pid, lines.length);
    lines.push(line.replace(/ *<unfinished \.\.\.>$/, ''));
  }
  return lines;
}

function callOfLine(line) {
  const [, command, fields, answer] = /\bbpf\((\w+), (.*), \d+\)\s+= (.*)$/.exec(line) ?? [];
  if (answer === undefined) throw new Error(`no whole call: ${line.slice(0, 200)}`);
  const name = COMMANDS[Number(command)] ?? `command ${Number(command)}`;
  const field = (key) => Number(new RegExp(`[{ ]${key}=(\\w+)`).exec(fields)?.[1] ?? 0);
  const has = (key) => fields.includes(`${key}=`);
  const errno = /^-1 (\w+)/.exec(answer)?.[1] ?? 'ok';
  const token = (flags, fd) => ((field(flags) & BPF_F_TOKEN_FD) === 0 ? 'none' : has(fd) ? 'token' : 'descriptor_0');
  const answered = { errno: errno === 'ok' ? null : errno };
  switch (name) {
    case 'map_create': {
      const hasBtf = field('btf_key_type_id') !== 0 || field('btf_value_type_id') !== 0;
      const flags = field('map_flags') & ~BPF_F_TOKEN_FD;
      const call = { cmd: name, type: field('map_type'), flags, hasBtf, token: token('map_flags', 'map_token_fd') };
      return callText({ call, answer: answered });
    }
    case 'prog_load': {
      const program = { instructionCount: field('insn_cnt') };
      const numbers = { type: field('prog_type'), attachType: field('expected_attach_type') };
      return callText({
        call: { cmd: name, ...numbers, token: token('prog_flags', 'prog_token_fd'), program },
        answer: answered,
      });
    }
    case 'btf_load':
      return callText({ call: { cmd: name, token: token('btf_flags', 'btf_token_fd') }, answer: answered });
    default:
      return callText({ call: { cmd: name }, answer: answered });
  }
}
