import { MASK_NAMES, type MaskName, type Masks, masksBy } from '../kernel/masks.js';
import type { Span } from './source_text.js';

/** A bit of a mask, and the text that it came from. */
export interface BitOrigin {
  /** From 0 to 63. */
  readonly bit: number;
  /** The name, number or `any` as written. */
  readonly written: string;
  readonly at: Span;
}

/** A mask as a file has it: every bit keeps the place that it came from. */
export interface DelegatedMask {
  readonly bits: bigint;
  /** One for each bit that is set, in order of bits. */
  readonly origins: readonly BitOrigin[];
  /** Where the mask is set; undefined where the file does not set it. */
  readonly at: Span | undefined;
}

/**
 * The user namespace that a bpffs belongs to: that of the process that opened it. `init`: the initial one, in which no token can be
 * made. `own`: a user namespace of the container or unit.
 */
export type BpffsOwner = 'init' | 'own';

/** The process that a delegation is for. */
export interface DelegateProcess {
  /** Whether it runs in the user namespace that the bpffs belongs to; otherwise in the initial one. */
  readonly userns: BpffsOwner;
  /** Uid inside of its user namespace. */
  readonly uid: number;
  /** Effective capabilities in its own user namespace: bit n for capability n. */
  readonly caps: bigint;
  /** Its user where the file does not say a number; `uid` stands for it. */
  readonly account?: { readonly kind: 'dynamic' } | { readonly kind: 'named'; readonly name: string } | undefined;
}

/** What a file cannot say, and what is assumed in its place. */
export interface DelegationAssumption {
  readonly about: 'owner' | 'process' | 'kernel' | 'systemd';
  /** Name of the delegation; undefined where it is about all of them. */
  readonly of: string | undefined;
  /** In words, with the reason. */
  readonly text: string;
}

/** What a file says that a bpffs, or a token, delegates: the model that all dialects share. */
export interface Delegation {
  /** `bpffs`: tokens can be made from it. `token`: a token that is there. */
  readonly kind: 'bpffs' | 'token';
  /** What the file calls it: a unit, an instance, a mount point. */
  readonly name: string;
  /** Where it is described. */
  readonly at: Span;
  /** Where the bpffs is mounted; undefined where the file does not say. */
  readonly path: string | undefined;
  readonly masks: Readonly<Record<MaskName, DelegatedMask>>;
  /** Owner of the root of the bpffs, as its options give it; undefined where they do not. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Permission bits of the root; undefined where the options do not give them. */
  readonly mode: number | undefined;
  /** Undefined where the file cannot say it. */
  readonly owner: BpffsOwner | undefined;
  /** Undefined where the file cannot say it. */
  readonly process: DelegateProcess | undefined;
  /** The network namespace that the process runs in: that of the host, or one of its own; undefined where the file cannot say it. */
  readonly network: 'host' | 'own' | undefined;
  /** What the reader assumed where the file cannot say it. */
  readonly assumptions?: readonly DelegationAssumption[] | undefined;
  /** Whether another file, which is not read, may say more of it: a drop-in that is read without its unit. */
  readonly isPartial?: true | undefined;
  /** Why no token can be made of it, or none of it is used; undefined where nothing of the kind is known. */
  readonly unusable: string | undefined;
}

/** A mask that is not set. */
export const EMPTY_MASK: DelegatedMask = { bits: 0n, origins: [], at: undefined };

/** The bits alone. */
export function bitsOfMasks(masks: Readonly<Record<MaskName, DelegatedMask>>): Masks {
  return masksBy((mask) => masks[mask].bits);
}

/** Whether any bit of any mask is set. */
export function delegatesAnything({ masks }: Delegation): boolean {
  return MASK_NAMES.some((mask) => masks[mask].bits !== 0n);
}
