import type { RandomSource } from '../../src/fuzz/random_source.js';
import { type EnumKind, KIND_PREFIX } from '../../src/kernel/vocabulary.js';
import { NO_TOKEN, type Request, type World } from '../../src/kernel/world.js';
import { typeFieldOf } from '../../src/request/command_fields.js';
import { PRE_NAMES } from '../../src/request/fault_names.js';
import type { NamedRequest } from '../../src/request/resolve_request.js';

/** The request by names, each in a spelling drawn from the common ones; by number where nothing has the name. */
export function named(world: World, request: Request, random: RandomSource): NamedRequest {
  const { vocabulary } = world.profile;
  const nameOf = (kind: EnumKind, value: number) => {
    if (!vocabulary.has(kind, value)) return random.pick([value, String(value)]);
    const short = vocabulary.nameOf(kind, value);
    const full = `${KIND_PREFIX[kind]}${short.toUpperCase()}`;
    return random.pick([short, short, full, short.toUpperCase(), short.replaceAll('_', '-'), ` ${short} `, value]);
  };
  const field = typeFieldOf(vocabulary.nameOf('cmds', request.cmd));
  const isMap = field === 'map_type';
  return {
    task: world.tasks[request.task]?.name ?? request.task,
    ...(request.token === NO_TOKEN ? {} : { token: world.tokens[request.token]?.name ?? request.token }),
    cmd: nameOf('cmds', request.cmd),
    ...(isMap ? { map_type: nameOf('map_types', request.type) } : {}),
    ...(field === 'prog_type' ? { prog_type: nameOf('prog_types', request.type) } : {}),
    ...(field === 'prog_type' ? { expected_attach_type: nameOf('attach_types', request.attachType) } : {}),
    ...(request.insnCnt === 1 ? {} : { insn_cnt: request.insnCnt }),
    ...(request.pre === 0 ? {} : { pre: PRE_NAMES[request.pre] as string }),
  };
}
