import { Fault } from '../abi/verdict.js';
import { gateOf, tokenSupportOf } from '../kernel/commands.js';
import type { Profile } from '../kernel/profile.js';
import { NO_TOKEN, type Request } from '../kernel/world.js';
import { attrFaultOf } from './attr_faults.js';
import { denialsOf } from './lsm_program.js';
import type { UseRecord } from './record.js';
import type { BuiltWorld } from './world_builder.js';

/** The request of a recorded bpf() call, in a world to which its namespaces, caller and token are added. */
export function toRequest(profile: Profile, record: UseRecord, builder: BuiltWorld): Request {
  const attrFault = attrFaultOf(profile, record);
  const given = tokenGiven(profile, record);
  const denials = denialsOf(record.lsm);
  // Programs were loaded before the LSM program was attached, as tokens were made before it.
  const known = isAttach(profile, record.cmd) ? { ...denials, cmds: 0n } : denials;
  const { selinux } = record;
  if (selinux) builder.addPolicy(selinux);
  return {
    task: builder.task(record.tree, record.caller, selinux),
    token: given === 'token' && record.token ? builder.token(record.tree, record.token, selinux, known) : NO_TOKEN,
    cmd: record.cmd,
    type: record.type,
    attachType: record.attachType,
    insnCnt: attrFault.insnCnt,
    pre: foundFirst(typeof given === 'number' ? given : Fault.NONE, attrFault.pre),
    ...(attrFault.mapFlags === 0 ? {} : { mapFlags: attrFault.mapFlags }),
  };
}

function isAttach(profile: Profile, cmd: number): boolean {
  return gateOf(profile, cmd).kind === 'attach';
}

/** The token of a call, none, or the fault of its descriptor. */
function tokenGiven(profile: Profile, { tokenFd, cmd }: UseRecord): 'token' | 'none' | Fault {
  const { rules } = profile;
  // The program's own token: a call that attaches has no field for one.
  if (isAttach(profile, cmd)) return 'token';
  switch (tokenFd) {
    case 'none':
      return 'none';
    case 'token':
      return 'token';
    case 'flag_unset_fd_set':
      // A command that rejects tokens checks both fields.
      return rules.token_fd_needs_flag && tokenSupportOf(profile, cmd) !== 'refused' ? 'none' : 'token';
    case 'closed':
    case 'negative':
    case 'opath_token':
      return Fault.TOKEN_EBADF;
    case 'flag_set_fd0':
      // Descriptor 0 is open and not a token. The designs have no flag: 0 stands for "no descriptor" there.
      return rules.token_fd_needs_flag ? Fault.TOKEN_EINVAL : 'none';
    default:
      return Fault.TOKEN_EINVAL;
  }
}

/** The one of a descriptor's fault and an attribute's fault that the kernel finds first. */
function foundFirst(token: Fault, attribute: Fault): Fault {
  if (token === Fault.NONE) return attribute;
  return attribute === Fault.ATTR_E2BIG || attribute === Fault.ATTR_EINVAL ? attribute : token;
}
