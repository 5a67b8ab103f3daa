import type { BpfObject, ObjectProgram } from '../bpf_object.js';
import type { ProgramLack } from './loader_call.js';

/** What became of the maps: what programs that use them depend on. */
export interface MadeMaps {
  /** Names of maps that were left out. */
  readonly leftOut: ReadonlySet<string>;
  /** Names of maps without BTF types. */
  readonly withoutBtf: ReadonlySet<string>;
}

/** Needs of BTF that a map has whatever programs do with it; the others are fields of values that programs use. */
const NEEDS_OF_MAPS = new Set(['local_storage', 'struct_ops']);

/** Why the verifier refuses a program, whatever its loader may do. `hasFuncInfo`: it has function records. */
export function programLacks(
  object: BpfObject,
  { name, passesCallbacks, maps }: ObjectProgram,
  made: MadeMaps,
  hasFuncInfo: boolean,
): ProgramLack[] {
  const hasFields = (map: string) =>
    object.maps.some((one) => one.name === map && one.btfNeeds.some((need) => !NEEDS_OF_MAPS.has(need)));
  const unmade = maps.filter((map) => made.leftOut.has(map));
  const bare = maps.filter((map) => made.withoutBtf.has(map) && hasFields(map));
  return [
    ...unmade.map((map) => ({ what: 'map' as const, name: map })),
    ...(passesCallbacks && !hasFuncInfo ? [{ what: 'func_info' as const, name }] : []),
    ...bare.map((map) => ({ what: 'map_btf' as const, name: map })),
  ];
}
