import type { ObjectMap } from '../bpf_object.js';

/** A map, and where relocations refer to it. */
export interface PlacedMap {
  readonly map: ObjectMap;
  /** The section that has it; undefined of .kconfig, which no section has. */
  readonly section: number | undefined;
  /** In bytes from the start of the section; undefined where any place of the section is of the map. */
  readonly offset: number | undefined;
}

/** What most maps that are no BTF definition have. */
export const PLAIN_MAP = {
  numaNode: undefined,
  extra: 0n,
  pinning: 0,
  inner: undefined,
  hasBtfTypes: false,
  btfNeeds: [],
  initialSlots: [],
  structOps: undefined,
  isAutocreated: true,
} as const satisfies Partial<ObjectMap>;
