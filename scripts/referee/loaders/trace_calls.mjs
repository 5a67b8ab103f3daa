// Calls of bpf() as texts, of a trace and of the model, so that they can be compared: the command, what it names by number (the type and
// the flags of a map, with BTF or not; the type, attach type and instructions of a program), what it has for a token, and the answer.

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

/** The calls of a trace: strace -f -X raw -e trace=bpf, of a release that knows token fields (6.10). Throws an Error for a cut line. */
export function callsOfTrace(text) {
  return text
    .split('\n')
    .filter((line) => /\bbpf\(/.test(line))
    .map(callOfLine);
}

function callOfLine(line) {
  const [, command, fields, answer] = /\bbpf\((\w+), (.*), \d+\)\s+= (.*)$/.exec(line) ?? [];
  if (answer === undefined) throw new Error(`no whole call: ${line.slice(0, 200)}`);
  const name = COMMANDS[Number(command)] ?? `command ${Number(command)}`;
  const field = (key) => Number(new RegExp(`[{ ]${key}=(\\w+)`).exec(fields)?.[1] ?? 0);
  const has = (key) => fields.includes(`${key}=`);
  const errno = /^-1 (\w+)/.exec(answer)?.[1] ?? 'ok';
  const token = (flags, fd) => ((field(flags) & BPF_F_TOKEN_FD) === 0 ? 'none' : has(fd) ? 'token' : 'descriptor_0');
  switch (name) {
    case 'map_create': {
      const flags = field('map_flags') & ~BPF_F_TOKEN_FD;
      const btf = field('btf_key_type_id') !== 0 || field('btf_value_type_id') !== 0;
      return mapText(field('map_type'), flags, btf, token('map_flags', 'map_token_fd'), errno);
    }
    case 'prog_load': {
      const given = token('prog_flags', 'prog_token_fd');
      return programText(field('prog_type'), field('expected_attach_type'), field('insn_cnt'), given, errno);
    }
    case 'btf_load':
      return `btf_load ${token('btf_flags', 'btf_token_fd')} ${errno}`;
    default:
      return `${name} ${errno}`;
  }
}

const mapText = (type, flags, btf, token, errno) => `map_create ${type} ${flags}${btf ? ' btf' : ''} ${token} ${errno}`;
const programText = (type, attach, count, token, errno) => `prog_load ${type} ${attach} ${count} ${token} ${errno}`;

/** The same of the steps of a load on the model. */
export function callsOfSteps(steps) {
  return steps
    .filter(({ call }) => call.cmd !== 'open')
    .map(({ call, answer }) => {
      const errno = answer.errno ?? 'ok';
      switch (call.cmd) {
        case 'map_create':
          return mapText(call.type, call.flags, call.hasBtf, call.token, errno);
        case 'prog_load':
          return programText(call.type, call.attachType, call.program.instructionCount, call.token, errno);
        case 'btf_load':
          return `btf_load ${call.token} ${errno}`;
        default:
          return `${call.cmd} ${errno}`;
      }
    });
}
