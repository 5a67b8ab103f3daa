import { NEWEST_PROFILE } from '../../kernel/profile.js';
import type { MapBtfNeed } from '../bpf_object.js';

const number = (name: string): number => NEWEST_PROFILE.vocabulary.require('map_types', name);

// Numbers of map types, enum bpf_map_type, that decide how a definition is read.
export const ARRAY = number('array');
export const PROG_ARRAY = number('prog_array');
export const STRUCT_OPS_MAP = number('struct_ops');
export const ARENA = number('arena');
export const MAPS_OF_MAPS: ReadonlySet<number> = new Set([number('array_of_maps'), number('hash_of_maps')]);
const LOCAL_STORAGE: ReadonlySet<number> = new Set([
  number('sk_storage'),
  number('inode_storage'),
  number('task_storage'),
  number('cgrp_storage'),
]);

/** What a map of a type needs BTF for, whatever is in it. */
export function btfNeedsOfType(type: number): readonly MapBtfNeed[] {
  if (LOCAL_STORAGE.has(type)) return ['local_storage'];
  return type === STRUCT_OPS_MAP ? ['struct_ops'] : [];
}
