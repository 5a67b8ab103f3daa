import * as L from '../../abi/memory_layout.js';
import { Outcome } from '../../abi/verdict.js';
import { attachTypeFits, fixupAttachType } from '../../kernel/attach_types.js';
import { gateOf, tokenSupportOf } from '../../kernel/commands.js';
import { mapTypeCapability } from '../../kernel/map_types.js';
import { isLoadableProgType, progTypeNeeds } from '../../kernel/prog_types.js';
import { capBits, TOKEN_COMMANDS, type TokenCommand } from './capability_bits.js';
import { FIRST } from './region.js';
import type { TableProfile } from './table_profile.js';

/** What a request requires. Where a mask is given, the token must have the bit of `type` or `attach` in it. */
interface Requirement {
  readonly command?: TokenCommand;
  readonly typeMask?: number;
  readonly type?: number;
  readonly attachMask?: number;
  readonly attach?: number;
  readonly needs?: number;
  readonly outcomeIfCapable: Outcome;
  readonly flags: number;
}

/** Address of a field of the row whose number is `high` (0 to REQ_HIGH_OTHERS) times TYPE_ROWS, plus `low`. */
export function requirementAddress(high: number, low: number, field: number): number {
  return (high * L.TYPE_ROWS + low) * L.REQ_SIZE + field - FIRST;
}

function writeRequirement(view: DataView, high: number, low: number, requirement: Requirement): void {
  const at = requirementAddress(high, low, 0);
  const { command, typeMask, type = 0, attachMask, attach = 0, needs = 0, outcomeIfCapable, flags } = requirement;
  view.setUint8(at + L.REQ_TYPE_AT, (typeMask ?? L.TOKEN_MAPS) + (type >> 3) - L.WORLD_TOKENS);
  view.setUint8(at + L.REQ_ATTACH_AT, (attachMask ?? L.TOKEN_ATTACHS) + (attach >> 3) - L.WORLD_TOKENS);
  view.setUint8(at + L.REQ_TYPE_BIT, typeMask === undefined ? 0 : 1 << (type & 7));
  view.setUint8(at + L.REQ_ATTACH_BIT, attachMask === undefined ? 0 : 1 << (attach & 7));
  view.setUint8(
    at + L.REQ_CMD_BITS,
    command === undefined ? 0 : (L.CMD_ALLOWED | L.CMD_NOT_DENIED) << (2 * TOKEN_COMMANDS.indexOf(command)),
  );
  view.setUint8(at + L.REQ_NEEDS, needs);
  view.setUint8(at + L.REQ_OUTCOME_IF_CAPABLE, outcomeIfCapable);
  view.setUint8(at + L.REQ_FLAGS, flags);
}

/** The flags of every request whose verdict a token can change. */
function tokenFlags({ rules }: TableProfile): number {
  return L.REQ_CONSULTS_TOKEN | (rules.token_needs_own_userns ? 0 : L.REQ_ANY_USERNS);
}

/** The rows of MAP_CREATE, by map type. */
export function writeMapCreate(view: DataView, profile: TableProfile, isDisabled: boolean): void {
  for (let type = 0; type < L.TYPE_ROWS; type++) {
    const cap = mapTypeCapability(profile.vocabulary, type);
    if (cap === undefined) {
      writeRequirement(view, L.REQ_HIGH_MAP_CREATE, type, {
        outcomeIfCapable: Outcome.UNKNOWN_TYPE,
        flags: L.REQ_UNKNOWN_MAP,
      });
      continue;
    }
    const own = cap === null ? 0 : capBits(1n << BigInt(cap));
    writeRequirement(view, L.REQ_HIGH_MAP_CREATE, type, {
      command: 'map_create',
      typeMask: L.TOKEN_MAPS,
      type,
      needs: own | (isDisabled ? L.CAPS_BPF : 0),
      outcomeIfCapable: Outcome.ALLOWED,
      flags: tokenFlags(profile) | (isDisabled ? L.REQ_UNPRIV_DISABLED : 0),
    });
  }
}

/** The rows of PROG_LOAD, by program type and attach type. */
export function writeProgLoad(view: DataView, profile: TableProfile, isDisabled: boolean): void {
  const { vocabulary } = profile;
  const cgroupSkb = vocabulary.require('prog_types', 'cgroup_skb');
  for (let type = 0; type < L.TYPE_ROWS; type++) {
    const { unprivileged, netAdmin, perfmon } = progTypeNeeds(vocabulary, type);
    const needs =
      (isDisabled || !unprivileged ? L.CAPS_BPF : 0) |
      (netAdmin ? L.CAPS_NET_ADMIN : 0) |
      (perfmon ? L.CAPS_PERFMON : 0);
    const outcome = isLoadableProgType(vocabulary, type) ? Outcome.ALLOWED : Outcome.UNKNOWN_TYPE;
    const flags =
      tokenFlags(profile) | (isDisabled ? L.REQ_UNPRIV_DISABLED : 0) | (type === cgroupSkb ? L.REQ_CGROUP_SKB : 0);
    for (let given = 0; given < L.TYPE_ROWS; given++) {
      const attach = fixupAttachType(vocabulary, type, given);
      writeRequirement(view, type, given, {
        command: 'prog_load',
        typeMask: L.TOKEN_PROGS,
        type,
        attachMask: L.TOKEN_ATTACHS,
        attach,
        needs,
        outcomeIfCapable: attachTypeFits(vocabulary, type, attach) ? outcome : Outcome.ATTACH_TYPE_MISMATCH,
        flags,
      });
    }
  }
}

/** The rows of every other command: one each. */
export function writeOtherCommands(view: DataView, profile: TableProfile): void {
  for (let cmd = 0; cmd < L.TYPE_ROWS; cmd++) {
    writeRequirement(view, L.REQ_HIGH_OTHERS, cmd, otherCommand(profile, cmd));
  }
}

function otherCommand(profile: TableProfile, cmd: number): Requirement {
  const gate = gateOf(profile, cmd);
  const support = tokenSupportOf(profile, cmd);
  const name = profile.vocabulary.nameOf('cmds', cmd);
  // A command that reads no token drops it, whatever the caller's user namespace.
  const dropped = L.REQ_CONSULTS_TOKEN | L.REQ_ANY_USERNS;
  if (support === 'refused' || gate.kind === 'attach')
    return { outcomeIfCapable: Outcome.UNKNOWN_CMD, flags: L.REQ_BY_COMMAND_CLASS };
  switch (gate.kind) {
    case 'token': {
      const command = name === 'btf_load' ? 'btf_load' : 'btf_get_fd_by_id';
      const needs = name === 'btf_load' ? L.CAPS_BPF : L.CAPS_SYS_ADMIN;
      return { command, needs, outcomeIfCapable: Outcome.ALLOWED, flags: tokenFlags(profile) };
    }
    case 'init_capability':
      return { needs: capBits(1n << BigInt(gate.cap)), outcomeIfCapable: Outcome.ALLOWED, flags: dropped };
    case 'descriptor':
      return { outcomeIfCapable: Outcome.NO_PERMISSION_NEEDED, flags: dropped };
    case 'token_create':
      return { outcomeIfCapable: Outcome.UNDECIDED, flags: 0 };
    case 'unknown':
      return { outcomeIfCapable: Outcome.UNKNOWN_CMD, flags: 0 };
  }
}
