import type { EnumKind, Vocabulary } from './vocabulary.js';

/** The command, type and attach type of one request of a permission set; 0 where the command reads none. */
export interface PermissionCell {
  readonly cmd: number;
  /** Map type or program type, by command. */
  readonly type: number;
  readonly attachType: number;
}

/** Commands that ask about programs of cgroup_skb by attach type, and about all others alike. */
const ATTACHING: readonly string[] = ['prog_attach', 'link_create'];

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
    const name = vocabulary.nameOf('cmds', cmd);
    if (ATTACHING.includes(name)) return [once, ...withAttachTypes(cmd, cgroupSkb)];
    switch (name) {
      case 'map_create':
        return numbersOf(vocabulary, 'map_types').map((type) => ({ ...once, type }));
      case 'prog_load':
        return numbersOf(vocabulary, 'prog_types').flatMap((type) => withAttachTypes(cmd, type));
      default:
        return [once];
    }
  });
}

/** A cell, and the names of a release that has names for it. */
export interface NamedCell extends PermissionCell {
  readonly vocabulary: Vocabulary;
}

/** The cells of several releases, each once: those of the first, then what only a later one has names for. */
export function cellsOfAll(vocabularies: readonly Vocabulary[]): NamedCell[] {
  const cells = new Map<string, NamedCell>();
  for (const vocabulary of vocabularies) {
    for (const cell of permissionCells(vocabulary)) {
      const key = `${cell.cmd} ${cell.type} ${cell.attachType}`;
      if (!cells.has(key)) cells.set(key, { ...cell, vocabulary });
    }
  }
  return [...cells.values()];
}

/** Whether a cell is the one of a command that attaches for programs without requirements. */
export function isOtherPrograms(vocabulary: Vocabulary, { cmd, type }: PermissionCell): boolean {
  return ATTACHING.includes(vocabulary.nameOf('cmds', cmd)) && type !== vocabulary.require('prog_types', 'cgroup_skb');
}

/** The numbers of one enumeration of a release. */
export function numbersOf({ count }: Vocabulary, kind: EnumKind): number[] {
  return Array.from({ length: count[kind] }, (_, number) => number);
}
