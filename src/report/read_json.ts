import { CAPABILITY_NAMES } from '../abi/capabilities.js';
import { countLines } from '../dialects/count_lines.js';
import type { DelegatedMask, DelegationAssumption } from '../dialects/delegation.js';
import type { FileAccount } from '../dialects/line_account.js';
import type { Reading } from '../dialects/read_delegations.js';
import type { ResolvedDelegation } from '../dialects/resolve_delegation.js';
import { type MaskName, masksBy } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import { maskNames } from './mask_text.js';
import type { ReadJson } from './schemas/read.js';

/** A reading whose delegations are resolved. */
export interface ResolvedReading {
  readonly reading: Reading;
  readonly delegations: readonly ResolvedDelegation[];
  readonly assumptions: readonly DelegationAssumption[];
}

/** What files delegate, as JSON. */
export function readJson(profile: Profile, readings: readonly ResolvedReading[]): ReadJson {
  return {
    schema: 'bpf-token-sim/read/1',
    profile: profile.name,
    counts: countLines(readings.map(({ reading }) => reading)),
    readings: readings.map(({ reading, delegations, assumptions }) => ({
      format: reading.format,
      files: reading.files.map(fileJson),
      delegations: delegations.map((delegation) => delegationJson(profile, delegation)),
      assumptions: assumptions.map(({ about, of = null, text }) => ({ about, of, text })),
    })),
  };
}

type ReadingJson = ReadJson['readings'][number];

function fileJson({ file, status, lines, warnings }: FileAccount): ReadingJson['files'][number] {
  return {
    file,
    status,
    lines: lines.map(({ line, kind, about }) => ({ line, kind, about })),
    warnings: warnings.map(({ file: where, line, column, message, nearest = null }) => ({
      file: where,
      line,
      column,
      message,
      nearest,
    })),
  };
}

function delegationJson(profile: Profile, delegation: ResolvedDelegation): ReadingJson['delegations'][number] {
  const { kind, name, at, path, masks, uid, gid, mode, owner, process: delegate, unusable } = delegation;
  const caps = CAPABILITY_NAMES.filter((_, cap) => (delegate.caps >> BigInt(cap)) & 1n);
  return {
    kind,
    name,
    file: at.file,
    line: at.line,
    column: at.column,
    path: path ?? null,
    masks: masksBy((mask) => maskJson(profile, mask, masks[mask])),
    uid: uid ?? null,
    gid: gid ?? null,
    mode: mode === undefined ? null : `0${mode.toString(8)}`,
    owner,
    process: { userns: delegate.userns, uid: delegate.uid, caps },
    unusable: unusable ?? null,
  };
}

function maskJson(profile: Profile, mask: MaskName, { bits, origins }: DelegatedMask) {
  return {
    bits: `0x${bits.toString(16)}`,
    names: maskNames(profile, mask, bits),
    origins: origins.map(({ bit, written, at: { file, line, column } }) => ({ bit, written, file, line, column })),
  };
}
