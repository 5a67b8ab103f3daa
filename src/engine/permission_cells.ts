import type { EnumKind, Vocabulary } from '../kernel/vocabulary.js';

/** The command, type and attach type of one request of a permission set; 0 where the command reads none. */
export interface PermissionCell {
  readonly cmd: number;
  /** Map type or program type, by command. */
  readonly type: number;
  readonly attachType: number;
}

/**
 * Every request that a permission set covers, by command: map_create of each type; prog_load of each type with each attach
 * type; prog_attach and link_create of programs without requirements, and of cgroup_skb programs with each attach type; every
 * other command once.
 */
export function permissionCells(vocabulary: Vocabulary): PermissionCell[] {
  const cgroupSkb = vocabulary.require('prog_types', 'cgroup_skb');
  const attached = numbersOf(vocabulary, 'attach_types');
  const withAttachTypes = (cmd: number, type: number): PermissionCell[] =>
    attached.map((attachType) => ({ cmd, type, attachType }));
  return numbersOf(vocabulary, 'cmds').flatMap((cmd) => {
    const once = { cmd, type: 0, attachType: 0 };
    switch (vocabulary.nameOf('cmds', cmd)) {
      case 'map_create':
        return numbersOf(vocabulary, 'map_types').map((type) => ({ ...once, type }));
      case 'prog_load':
        return numbersOf(vocabulary, 'prog_types').flatMap((type) => withAttachTypes(cmd, type));
      case 'prog_attach':
      case 'link_create':
        return [once, ...withAttachTypes(cmd, cgroupSkb)];
      default:
        return [once];
    }
  });
}

/** The numbers of one enumeration of a release. */
export function numbersOf({ count }: Vocabulary, kind: EnumKind): number[] {
  return Array.from({ length: count[kind] }, (_, number) => number);
}
