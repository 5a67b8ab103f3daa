import * as L from '../../abi/memory_layout.js';
import { Outcome } from '../../abi/verdict.js';
import { fixupAttachType } from '../../kernel/attach_types.js';
import { gateOf, tokenSupportOf } from '../../kernel/commands.js';
import { commandCap } from './commands.js';
import { FIRST } from './region.js';
import { requirementAddress } from './requirements.js';
import type { TableProfile } from './table_profile.js';

/** What is allowed by capabilities, as sets, from the requirement table: that table must be written before. */
export function writePermissionTables(view: DataView, profile: TableProfile): void {
  const { count } = profile.vocabulary;
  const requirement = (high: number, low: number, field: number): number =>
    view.getUint8(requirementAddress(high, low, field));
  /** The numbers whose needs (undefined: never allowed) are all in `caps`. */
  const allowed = (needs: readonly (number | undefined)[], caps: number): bigint =>
    setOf(needs.length, (n) => {
      const needed = needs[n];
      return needed !== undefined && (needed & ~caps) === 0;
    });
  const fits = (type: number): bigint =>
    setOf(count.attach_types, (attach) => requirement(type, attach, L.REQ_OUTCOME_IF_CAPABLE) === Outcome.ALLOWED);
  const needsOfMap = (type: number): number | undefined =>
    requirement(L.REQ_HIGH_MAP_CREATE, type, L.REQ_OUTCOME_IF_CAPABLE) === Outcome.ALLOWED
      ? requirement(L.REQ_HIGH_MAP_CREATE, type, L.REQ_NEEDS)
      : undefined;
  const needsOfProg = (type: number): number | undefined =>
    fits(type) === 0n ? undefined : requirement(type, 0, L.REQ_NEEDS);
  const numbers = (size: number): number[] => Array.from({ length: size }, (_, n) => n);
  const needsOfMaps = numbers(count.map_types).map(needsOfMap);
  const needsOfProgs = numbers(count.prog_types).map(needsOfProg);
  const needsOfCommands = numbers(count.cmds).map((cmd) => needsOfCommand(profile, cmd));
  for (let caps = 0; caps <= L.CAPS_ALL; caps++) {
    const at = caps * 8 - FIRST;
    view.setBigUint64(at + L.PERMISSION_MAPS, allowed(needsOfMaps, caps), true);
    view.setBigUint64(at + L.PERMISSION_PROGS, allowed(needsOfProgs, caps), true);
    view.setBigUint64(at + L.PERMISSION_CMDS, allowed(needsOfCommands, caps), true);
  }
  for (let type = 0; type < L.TYPE_ROWS; type++) {
    view.setBigUint64(type * 8 + L.PERMISSION_FITS - FIRST, fits(type), true);
    const effective = 1n << BigInt(fixupAttachType(profile.vocabulary, type, 0));
    view.setBigUint64(type * 8 + L.PERMISSION_EFFECTIVE_ATTACH_TYPE - FIRST, effective, true);
  }
  const refuses = (cmd: number): boolean => tokenSupportOf(profile, cmd) === 'refused';
  view.setBigUint64(L.PERMISSION_REFUSING - FIRST, setOf(count.cmds, refuses), true);
  view.setUint32(L.PERMISSION_TYPES - FIRST, count.prog_types, true);
  const byDescriptor = (cmd: number): boolean => gateOf(profile, cmd).kind === 'descriptor';
  view.setBigUint64(L.PERMISSION_DESCRIPTOR - FIRST, setOf(count.cmds, byDescriptor), true);
}

/** The capabilities (CAPS_*) that a command without a type requires; undefined for one that no batch can allow. */
function needsOfCommand(profile: TableProfile, cmd: number): number | undefined {
  const { kind } = gateOf(profile, cmd);
  switch (kind) {
    case 'token':
      return profile.vocabulary.nameOf('cmds', cmd) === 'btf_load' ? L.CAPS_BPF : L.CAPS_SYS_ADMIN;
    case 'init_capability':
      return commandCap(profile, cmd);
    // Attaching a program of a type without requirements needs only its descriptor.
    case 'attach':
    case 'descriptor':
      return 0;
    case 'token_create':
    case 'unknown':
      return undefined;
  }
}

/** A bit for every number below `size`, at most 64, that is in the set. */
function setOf(size: number, has: (n: number) => boolean): bigint {
  let low = 0;
  let high = 0;
  for (let n = 0; n < size; n++) {
    if (!has(n)) continue;
    if (n < 32) low |= 1 << n;
    else high |= 1 << (n - 32);
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
