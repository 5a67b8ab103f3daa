import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON } from '../../abi/capabilities.js';
import { MASK_NAMES, type MaskName, type Masks, masksBy, masksKey } from '../../kernel/masks.js';
import type { BpfObject } from '../bpf_object.js';
import { type Delegated, loadDelegated, type TargetKernel } from '../loaders/delegated_load.js';
import type { ModelledAnswer } from '../loaders/kernel_answers.js';
import type { ObjectLoad } from '../loaders/load_object.js';
import type { LoadFailure } from '../loaders/load_session.js';
import type { LoaderName } from '../loaders/loader_names.js';
import { type MaskBit, neededBits } from './needed_bits.js';

/** Bits of the four masks, and capabilities. */
export interface LeastDelegation {
  readonly masks: Readonly<Masks>;
  /** Bit n for capability n: of the process, in its user namespace. */
  readonly capabilities: bigint;
  /** The load of each object with it. */
  readonly loads: readonly ObjectLoad<ModelledAnswer>[];
  /** Why it is minimal: what fails without each bit and each capability. */
  readonly proofs: readonly MinimalityProof[];
  /** Another set of as few capabilities and as few bits loads the object too; of several objects it is not looked for. */
  readonly hasOthers: boolean;
}

/** What fails without one bit or one capability. */
export interface MinimalityProof {
  /** The bit that was taken away; undefined where it was a capability. */
  readonly bit: MaskBit | undefined;
  /** The capability that was taken away; undefined where it was a bit. */
  readonly capability: number | undefined;
  /** The index of the object that does not load then. */
  readonly object: number;
  /** How its load ends. */
  readonly failure: LoadFailure<ModelledAnswer>;
}

/** The capabilities that calls with a token ask for, but for CAP_BPF, which makes the token. */
const OTHERS = [CAP_NET_ADMIN, CAP_PERFMON];
const EMPTY: Masks = { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n };
/** Most delegations that are tried with one set of capabilities. */
const MOST_TRIED = 5_000;

/**
 * The least delegation and capabilities with which a loader loads an object in a user namespace: the fewest capabilities, then the
 * fewest bits. Undefined where none is found: something that no token covers, or that the model cannot tell, ends the load. What a
 * loader sends depends on what it is allowed, and more can be less: the search runs the loader, from nothing delegated, and adds the
 * bits of calls that ended a load. Of several objects the search starts from all that each needs: each bit of what it finds is needed,
 * and other delegations may have fewer.
 */
export function leastDelegation(
  loader: LoaderName,
  objects: readonly BpfObject[],
  kernel: TargetKernel,
): LeastDelegation | undefined {
  const start = objects.length === 1 ? NOTHING : allThatEachNeeds(loader, objects, kernel);
  if (!start) return undefined;
  for (const capabilities of capabilitySets()) {
    if ((start.capabilities & ~capabilities) !== 0n) continue;
    const load: Load = (masks, own = capabilities) => loadAll(loader, objects, kernel, { masks, capabilities: own });
    const found = search(load, kernel, start.masks);
    if (!found) continue;
    const { masks, hasOthers } = found;
    return { masks, capabilities, loads: load(masks).loads, proofs: proofsOf(load, masks, capabilities), hasOthers };
  }
  return undefined;
}

/** What each object needs by itself, put together; undefined where one needs what no token covers. */
function allThatEachNeeds(loader: LoaderName, objects: readonly BpfObject[], kernel: TargetKernel): Start | undefined {
  let all: Start = NOTHING;
  for (const object of objects) {
    const least = leastDelegation(loader, [object], kernel);
    if (!least) return undefined;
    const { masks, capabilities } = least;
    all = { masks: masksBy((mask) => all.masks[mask] | masks[mask]), capabilities: all.capabilities | capabilities };
  }
  return all;
}

/** What a search starts from. */
type Start = Pick<LeastDelegation, 'masks' | 'capabilities'>;
const NOTHING: Start = { masks: EMPTY, capabilities: 0n };

/** The loads of objects, up to the first that fails. */
interface Loads {
  readonly loads: readonly ObjectLoad<ModelledAnswer>[];
  readonly failure: LoadFailure<ModelledAnswer> | undefined;
}

function loadAll(loader: LoaderName, objects: readonly BpfObject[], kernel: TargetKernel, delegated: Delegated): Loads {
  const loads: ObjectLoad<ModelledAnswer>[] = [];
  for (const object of objects) {
    const load = loadDelegated(loader, object, kernel, delegated);
    loads.push(load);
    if (load.failure) break;
  }
  return { loads, failure: loads.at(-1)?.failure };
}

type Load = (masks: Masks, capabilities?: bigint) => Loads;

/** Sets of capabilities, the smallest first. */
function capabilitySets(): bigint[] {
  const base = 1n << BigInt(CAP_BPF);
  const subsets = OTHERS.reduce<bigint[]>(
    (sets, cap) => sets.flatMap((set) => [set, set | (1n << BigInt(cap))]),
    [base],
  );
  return subsets.sort((a, b) => countOf(a) - countOf(b) || (a < b ? -1 : 1));
}

/** The delegation with the fewest bits that loads the objects: the nearest to `start` first. */
function search(
  load: Load,
  kernel: TargetKernel,
  start: Masks,
): { readonly masks: Masks; readonly hasOthers: boolean } | undefined {
  const waiting: Masks[] = [start];
  const seen = new Set([masksKey(start)]);
  const found: Masks[] = [];
  for (let tried = 0; tried < MOST_TRIED; tried++) {
    waiting.sort((a, b) => sizeOf(a) - sizeOf(b));
    const masks = waiting.shift();
    const least = found[0];
    if (!masks || (least && sizeOf(masks) > sizeOf(least))) break;
    const { failure } = load(masks);
    if (!failure) {
      // Bits that were added on the way may have lost their use.
      const reduced = withoutUseless(load, masks);
      if (!found.some((one) => masksKey(one) === masksKey(reduced))) found.push(reduced);
      found.sort((a, b) => sizeOf(a) - sizeOf(b));
      continue;
    }
    for (const next of extensionsOf(masks, failure, kernel)) {
      if (seen.has(masksKey(next))) continue;
      seen.add(masksKey(next));
      waiting.push(next);
    }
  }
  const [masks, second] = found;
  return masks && { masks, hasOthers: second !== undefined && sizeOf(second) === sizeOf(masks) };
}

/** A delegation with the bits of each call that ended a load, or made it end, in turn. */
function extensionsOf(
  masks: Masks,
  { step, alternatives, causes }: LoadFailure<ModelledAnswer>,
  { profile }: TargetKernel,
): Masks[] {
  return [...(step ? [step] : []), ...alternatives, ...causes].flatMap(({ call }) => {
    const next = { ...masks };
    for (const { mask, bit } of neededBits(profile, call)) next[mask] |= 1n << BigInt(bit);
    return masksKey(next) === masksKey(masks) ? [] : [next];
  });
}

function withoutUseless(load: Load, masks: Masks): Masks {
  for (const bit of bitsOf(masks)) {
    const fewer = without(masks, bit);
    if (!load(fewer).failure) return withoutUseless(load, fewer);
  }
  return masks;
}

function proofsOf(load: Load, masks: Masks, capabilities: bigint): MinimalityProof[] {
  const ofBits = bitsOf(masks).map((bit) => ({ bit, capability: undefined, loaded: load(without(masks, bit)) }));
  const caps = [CAP_BPF, ...OTHERS].filter((cap) => (capabilities >> BigInt(cap)) & 1n);
  const ofCapabilities = caps.map((capability) => {
    return { bit: undefined, capability, loaded: load(masks, capabilities & ~(1n << BigInt(capability))) };
  });
  return [...ofBits, ...ofCapabilities].flatMap(({ loaded: { loads, failure }, ...rest }) =>
    failure ? [{ ...rest, object: loads.length - 1, failure }] : [],
  );
}

/** The bits of a delegation. */
function bitsOf(masks: Masks): MaskBit[] {
  return MASK_NAMES.flatMap((mask) =>
    Array.from({ length: 64 }, (_, bit) => ({ mask, bit })).filter(({ bit }) => (masks[mask] >> BigInt(bit)) & 1n),
  );
}

function without(masks: Masks, { mask, bit }: MaskBit): Masks {
  return { ...masks, [mask]: masks[mask] & ~(1n << BigInt(bit)) };
}

function sizeOf(masks: Masks): number {
  return MASK_NAMES.reduce((sum, mask: MaskName) => sum + countOf(masks[mask]), 0);
}

function countOf(set: bigint): number {
  return set.toString(2).replaceAll('0', '').length;
}
