import { CAP_SYS_ADMIN } from '../../src/abi/capabilities.js';
import type { ReplayOptions } from '../../src/conformance/replay.js';
import { DEFAULT_IMPLEMENTATIONS, type Implementations } from '../../src/differential/implementations.js';
import { rowOf } from '../../src/engine/columns.js';
import type { Masks } from '../../src/kernel/masks.js';
import { extendProfile, type Rules } from '../../src/kernel/profile.js';
import { NO_TOKEN, type Request, type World } from '../../src/kernel/world.js';

type Reworld = (world: World) => World;
type Reask = (request: Request, world: World) => Request;

const same = <One>(one: One): One => one;

/** Both sides in another world, or asked another request: as if they had a rule wrong. */
export function wrong(world: Reworld, request: Reask = same): Implementations {
  return {
    model: (given) => {
      const model = DEFAULT_IMPLEMENTATIONS.model(world(given));
      return { ask: (asked, trace) => model.ask(request(asked, given), trace) };
    },
    engine: (first) => {
      const fast = DEFAULT_IMPLEMENTATIONS.engine(world(first));
      let current = first;
      return {
        decideRequest: (asked) => fast.decideRequest(request(asked, current)),
        decideIds: (...ids) => fast.decideIds(...ids),
        decideBatch: (columns, out) => {
          for (const row of out.keys()) out[row] = fast.decideRequest(request(rowOf(columns, row), current));
        },
        replaceWorld: (next) => {
          current = next;
          fast.replaceWorld(world(next));
        },
      };
    },
  };
}

const EVERY = (1n << 64n) - 1n;
const withMasks =
  (masks: Partial<Masks>): Reworld =>
  (world) => ({
    ...world,
    tokens: world.tokens.map((token) => ({ ...token, allowed: { ...token.allowed, ...masks } })),
  });
const withTasks =
  (change: (effective: bigint) => bigint): Reworld =>
  (world) => ({ ...world, tasks: world.tasks.map((task) => ({ ...task, effective: change(task.effective) })) });
const PROG_LOAD = 5;

/** A rule of the model switched, and the name of a case of cases.ts that shows it. */
export const WRONG_RULES: readonly (readonly [keyof Rules, boolean, string])[] = [
  ['token_needs_own_userns', true, 'the owner has every capability'],
  ['btf_get_fd_by_id_takes_token', false, 'BTF_GET_FD_BY_ID takes a token'],
  ['map_file_flags_checked_late', false, 'file flags are checked late'],
  ['token_fd_needs_flag', false, 'the flag is needed'],
  ['token_create_in_init_userns', true, 'no token in the initial namespace'],
  ['token_create_without_delegation', true, 'no token without delegation'],
  ['token_info', false, 'a token has information'],
  ['delegate_names', false, 'masks have names'],
];

/** A profile with a rule switched. */
export function switched(rule: keyof Rules, value: boolean): ReplayOptions {
  return { mutate: (profile) => extendProfile(profile, 'wrong', { [rule]: value }) };
}

/** Other rules made wrong, and the name of a case that shows it. */
export const WRONG_SIDES: readonly (readonly [string, Implementations, string])[] = [
  [
    'owners have no capability',
    wrong((world) => ({ ...world, userns: world.userns.map((ns) => ({ ...ns, owner: 424_242 })) })),
    'the owner has every capability',
  ],
  [
    'CAP_SYS_ADMIN does not stand in',
    wrong(withTasks((effective) => effective & ~(1n << BigInt(CAP_SYS_ADMIN)))),
    'CAP_SYS_ADMIN stands in',
  ],
  ['map types are not looked at', wrong(withMasks({ maps: EVERY })), 'a token without the bit is dropped'],
  ['commands are not looked at', wrong(withMasks({ cmds: EVERY })), 'a token without the command is dropped'],
  [
    'program types are not looked at',
    wrong(withMasks({ progs: EVERY })),
    'a token without the program type is dropped',
  ],
  [
    'attach types are not looked at',
    wrong(withMasks({ attachs: EVERY })),
    'a token without the attach type is dropped',
  ],
  ['tokens are never used', wrong(same, (request) => ({ ...request, token: NO_TOKEN })), 'CAP_SYS_ADMIN stands in'],
  [
    'attach type 0 stays 0',
    wrong(same, (request) => {
      const isFixedUp = request.cmd === PROG_LOAD && request.type === 9 && request.attachType === 0;
      return isFixedUp ? { ...request, attachType: 3 } : request;
    }),
    'attach type 0 is fixed up',
  ],
  [
    'any attach type fits',
    wrong(same, (request) =>
      request.cmd === PROG_LOAD && request.type === 8 ? { ...request, attachType: 0 } : request,
    ),
    'attach types have to fit',
  ],
  [
    'the sysctl is always 0',
    wrong((world) => ({ ...world, unprivilegedBpfDisabled: 0 })),
    'CAP_BPF is asked for every map while unprivileged BPF is disabled',
  ],
];
