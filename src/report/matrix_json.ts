import { numbersOf, type PermissionCell, permissionCells } from '../engine/permission_cells.js';
import { takesToken } from '../kernel/commands.js';
import { decodeVerdict, dispositionName, outcomeName } from '../kernel/verdict.js';
import { NO_TOKEN, requestOf } from '../kernel/world.js';
import { nameCall } from '../request/name_request.js';
import type { Matrix } from './matrix.js';

/** A matrix as JSON: what is allowed as sets (`0x21`, bit n for number n of the enumeration), and every cell's verdict. */
export function matrixJson(matrix: Matrix): Record<string, unknown> {
  const { world, permissionSet } = matrix;
  const { vocabulary } = world.profile;
  const attachTypes = numbersOf(vocabulary, 'prog_types').map((type) => [
    vocabulary.nameOf('prog_types', type),
    hex(permissionSet.attachTypes(type)),
  ]);
  return {
    profile: world.profile.name,
    task: world.tasks[matrix.task]?.name,
    token: matrix.token === NO_TOKEN ? null : world.tokens[matrix.token]?.name,
    allowed: {
      cmds: hex(permissionSet.cmds),
      descriptor_cmds: hex(permissionSet.descriptorCmds),
      map_types: hex(permissionSet.mapTypes),
      prog_types: hex(permissionSet.progTypes),
      expected_attach_types: Object.fromEntries(attachTypes),
      cgroup_skb_attach_types: hex(permissionSet.cgroupSkbAttachTypes),
    },
    cells: permissionCells(vocabulary).map((cell) => cellJson(matrix, cell)),
  };
}

function cellJson({ world: { profile }, task, token, verdicts, failedByDroppedToken }: Matrix, cell: PermissionCell) {
  const { cmd, type, attachType } = cell;
  const { vocabulary } = profile;
  const { allowed, errno, outcome, disposition } = decodeVerdict(verdicts.verdictOf(cmd, type, attachType));
  return {
    ...nameCall(vocabulary, cell),
    verdict: allowed ? 'allowed' : errno === null ? 'undecided' : 'denied',
    errno,
    reason: outcomeName(outcome),
    token: dispositionName(disposition),
    takes_token: takesToken(profile, cell),
    failed_by_dropped_token: failedByDroppedToken(requestOf({ task, token, ...cell })),
  };
}

function hex(set: bigint): string {
  return `0x${set.toString(16)}`;
}
