import { Pre } from '../abi/verdict.js';
import { gateOf, tokenRoomOf } from '../kernel/commands.js';
import type { Profile } from '../kernel/profile.js';
import { NO_TOKEN, type Request } from '../kernel/world.js';
import { deviationOf } from './faults.js';
import { denialsOf } from './lsm_program.js';
import type { UseRecord } from './record.js';
import type { SituationWorld } from './situation.js';

/** The request a recorded bpf() call is, in a world that its situation is put into. */
export function questionOf(profile: Profile, record: UseRecord, situation: SituationWorld): Request {
  const deviation = deviationOf(profile, record);
  const given = tokenGiven(profile, record);
  const denials = denialsOf(record.lsm);
  // Programs were loaded before the LSM program was attached, as tokens were made before it.
  const known = isAttach(profile, record.cmd) ? { ...denials, cmds: 0n } : denials;
  return {
    task: situation.task(record.tree, record.caller),
    token: given === 'token' && record.token ? situation.token(record.tree, record.token, known) : NO_TOKEN,
    cmd: record.cmd,
    type: record.type,
    attachType: record.attachType,
    insnCnt: deviation.insnCnt,
    pre: foundFirst(typeof given === 'number' ? given : Pre.NONE, deviation.pre),
    ...(deviation.mapFlags === 0 ? {} : { mapFlags: deviation.mapFlags }),
  };
}

function isAttach(profile: Profile, cmd: number): boolean {
  return gateOf(profile, cmd).kind === 'attach';
}

/** The token a call is given, none, or what is wrong with its descriptor. */
function tokenGiven(profile: Profile, { tokenFd, cmd }: UseRecord): 'token' | 'none' | Pre {
  const { rules } = profile;
  // The program's own token: a call that attaches has no field for another.
  if (isAttach(profile, cmd)) return 'token';
  switch (tokenFd) {
    case 'none':
      return 'none';
    case 'token':
      return 'token';
    case 'flag_unset_fd_set':
      // A command that refuses tokens finds any of the two fields set.
      return rules.token_fd_needs_flag && tokenRoomOf(profile, cmd) !== 'refused' ? 'none' : 'token';
    case 'closed':
    case 'negative':
    case 'opath_token':
      return Pre.TOKEN_EBADF;
    case 'flag_set_fd0':
      // Descriptor 0 is open, and is no token. The designs have no flag: 0 is no descriptor there.
      return rules.token_fd_needs_flag ? Pre.TOKEN_EINVAL : 'none';
    default:
      return Pre.TOKEN_EINVAL;
  }
}

/** Of a descriptor's fault and an attribute's, the one the kernel finds first. */
function foundFirst(token: Pre, attribute: Pre): Pre {
  if (token === Pre.NONE) return attribute;
  return attribute === Pre.ATTR_E2BIG || attribute === Pre.ATTR_EINVAL ? attribute : token;
}
