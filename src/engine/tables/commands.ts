import * as L from '../../abi/memory_layout.js';
import { gateOf, tokenSupportOf } from '../../kernel/commands.js';
import { capBits } from './capability_bits.js';
import { FIRST } from './region.js';
import type { TableProfile } from './table_profile.js';

/** Writes the row of every command. */
export function writeCommands(view: DataView, profile: TableProfile): void {
  const supports = { none: L.TOKEN_NO_FIELD, taken: L.TOKEN_ACCEPTED, refused: L.TOKEN_REJECTED };
  for (let cmd = 0; cmd < L.TYPE_ROWS; cmd++) {
    const row = cmd * L.CMD_SIZE - FIRST;
    const gate = gateOf(profile, cmd);
    view.setUint8(row + L.CMD_GATE, gateCode(profile, cmd));
    view.setUint8(row + L.CMD_CAP, commandCap(profile, cmd));
    view.setUint8(row + L.CMD_TOKEN_SUPPORT, supports[tokenSupportOf(profile, cmd)]);
    view.setUint8(row + L.CMD_PERMISSION_FIRST, gate.kind === 'init_capability' && gate.permissionFirst ? 1 : 0);
  }
}

/** The capability a command asks in the initial user namespace. BTF_GET_FD_BY_ID does until it takes a token. */
export function commandCap(profile: TableProfile, cmd: number): number {
  const gate = gateOf(profile, cmd);
  return gate.kind === 'init_capability' ? capBits(1n << BigInt(gate.cap)) : L.CAPS_SYS_ADMIN;
}

function gateCode(profile: TableProfile, cmd: number): number {
  const name = profile.vocabulary.nameOf('cmds', cmd);
  switch (gateOf(profile, cmd).kind) {
    case 'token':
      if (name === 'map_create') return L.GATE_MAP_CREATE;
      return name === 'prog_load' ? L.GATE_PROG_LOAD : L.GATE_BTF;
    case 'attach':
      return name === 'prog_attach' ? L.GATE_PROG_ATTACH : L.GATE_LINK_CREATE;
    case 'init_capability':
      return L.GATE_INIT_CAPABILITY;
    case 'descriptor':
      return L.GATE_DESCRIPTOR;
    case 'token_create':
      return L.GATE_TOKEN_CREATE;
    case 'unknown':
      return L.GATE_UNKNOWN;
  }
}
