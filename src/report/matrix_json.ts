import type { PermissionSet } from '../engine/permission_set.js';
import { takesToken } from '../kernel/commands.js';
import { numbersOf, type PermissionCell, permissionCells } from '../kernel/permission_cells.js';
import { decodeVerdict } from '../kernel/verdict.js';
import type { Vocabulary } from '../kernel/vocabulary.js';
import { requestOf } from '../kernel/world.js';
import type { Matrix } from './matrix.js';
import { programsJson } from './programs_json.js';
import { callJson } from './request_json.js';
import type { CellJson, MatrixJson } from './schemas/matrix.js';
import { verdictJson, verdictOfByteJson } from './verdict_json.js';

/** A matrix as JSON: what is allowed as sets (`0x21`, bit n for number n of the enumeration), and every cell's verdict. */
export function matrixJson(matrix: Matrix, permissionSet: PermissionSet): MatrixJson {
  const { world } = matrix;
  const { vocabulary } = world.profile;
  return {
    schema: 'bpf-token-sim/matrix/1',
    profile: world.profile.name,
    task: world.tasks[matrix.task]?.name ?? `#${matrix.task}`,
    token: world.tokens[matrix.token]?.name ?? null,
    allowed: setsJson(vocabulary, permissionSet),
    cells: permissionCells(vocabulary).map((cell) => cellJson(matrix, cell)),
    programs: matrix.programs ? programsJson(world.profile, matrix.programs) : null,
    compared: matrix.comparisons.map(({ profile, differences }) => ({
      profile,
      differences: differences.map(({ cell, vocabulary, here, there }) => ({
        ...callJson(vocabulary, cell),
        here: verdictOfByteJson(here),
        there: verdictOfByteJson(there),
      })),
    })),
  };
}

function cellJson(
  { world: { profile }, task, token, verdicts, failedByDroppedToken }: Matrix,
  cell: PermissionCell,
): CellJson {
  const { cmd, type, attachType } = cell;
  return {
    ...callJson(profile.vocabulary, cell),
    ...verdictJson(decodeVerdict(verdicts.verdictOf(cmd, type, attachType))),
    takes_token: takesToken(profile, cell),
    failed_by_dropped_token: failedByDroppedToken(requestOf({ task, token, ...cell })),
  };
}

function setsJson(vocabulary: Vocabulary, permissionSet: PermissionSet): MatrixJson['allowed'] {
  const attachTypes = numbersOf(vocabulary, 'prog_types').map((type) => [
    vocabulary.nameOf('prog_types', type),
    hex(permissionSet.attachTypes(type)),
  ]);
  return {
    cmds: hex(permissionSet.cmds),
    descriptor_cmds: hex(permissionSet.descriptorCmds),
    map_types: hex(permissionSet.mapTypes),
    prog_types: hex(permissionSet.progTypes),
    expected_attach_types: Object.fromEntries(attachTypes),
    cgroup_skb_attach_types: hex(permissionSet.cgroupSkbAttachTypes),
  };
}

function hex(set: bigint): string {
  return `0x${set.toString(16)}`;
}
