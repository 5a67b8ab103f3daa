import { numbersOf, type PermissionCell, permissionCells } from '../engine/permission_cells.js';
import { gateOf, takesToken } from '../kernel/commands.js';
import { decodeVerdict } from '../kernel/verdict.js';
import type { EnumKind } from '../kernel/vocabulary.js';
import { requestOf } from '../kernel/world.js';
import type { Matrix } from './matrix.js';
import { callJson } from './request_json.js';
import type { CellJson, MatrixJson } from './schemas/matrix.js';
import { verdictJson, verdictOfByteJson } from './verdict_json.js';

/** A matrix as JSON: what is allowed as sets (`0x21`, bit n for number n of the enumeration), and every cell's verdict. */
export function matrixJson(matrix: Matrix): MatrixJson {
  const { world } = matrix;
  const { vocabulary } = world.profile;
  return {
    schema: 'bpf-token-sim/matrix/1',
    profile: world.profile.name,
    task: world.tasks[matrix.task]?.name ?? `#${matrix.task}`,
    token: world.tokens[matrix.token]?.name ?? null,
    allowed: allowedSets(matrix),
    cells: permissionCells(vocabulary).map((cell) => cellJson(matrix, cell)),
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

/** What is allowed, as evaluator.permissionSet() has it. */
function allowedSets({ world: { profile }, verdicts }: Matrix): MatrixJson['allowed'] {
  const { vocabulary } = profile;
  const cmd = (name: string): number => vocabulary.require('cmds', name);
  const [mapCreate, progLoad] = [cmd('map_create'), cmd('prog_load')];
  const set = (kind: EnumKind, isAllowed: (number: number) => boolean): bigint =>
    numbersOf(vocabulary, kind).reduce(
      (bits, number) => (isAllowed(number) ? bits | (1n << BigInt(number)) : bits),
      0n,
    );
  const allows = (cmd: number, type?: number, attachType?: number): boolean =>
    decodeVerdict(verdicts.verdictOf(cmd, type, attachType)).allowed;
  const mapTypes = set('map_types', (type) => allows(mapCreate, type));
  const attachTypes = numbersOf(vocabulary, 'prog_types').map((type) =>
    set('attach_types', (attachType) => allows(progLoad, type, attachType)),
  );
  const progTypes = set('prog_types', (type) => attachTypes[type] !== 0n);
  const cmds = set('cmds', (cmd) =>
    cmd === mapCreate ? mapTypes !== 0n : cmd === progLoad ? progTypes !== 0n : allows(cmd),
  );
  const cgroupSkb = vocabulary.require('prog_types', 'cgroup_skb');
  return {
    cmds: hex(cmds),
    descriptor_cmds: hex(cmds & set('cmds', (cmd) => gateOf(profile, cmd).kind === 'descriptor')),
    map_types: hex(mapTypes),
    prog_types: hex(progTypes),
    expected_attach_types: Object.fromEntries(
      attachTypes.map((attached, type) => [vocabulary.nameOf('prog_types', type), hex(attached)]),
    ),
    cgroup_skb_attach_types: hex(
      set('attach_types', (attachType) => allows(cmd('prog_attach'), cgroupSkb, attachType)),
    ),
  };
}

function hex(set: bigint): string {
  return `0x${set.toString(16)}`;
}
