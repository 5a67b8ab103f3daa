import { fixupAttachType } from '../../../dist/kernel/attach_types.js';
import { MASK_NAMES } from '../../../dist/kernel/masks.js';
import { randomFrom } from '../random_from.mjs';

/** CAP_NET_ADMIN, CAP_PERFMON, CAP_BPF: what tokens ask of their users. */
export const CAPABILITIES = { net_admin: 12n, perfmon: 38n, bpf: 39n };
const ALL_CAPABILITIES = (1n << 41n) - 1n;
const NEEDED = Object.values(CAPABILITIES).reduce((mask, cap) => mask | (1n << cap), 0n);
const ANY = (1n << 64n) - 1n;

/** Masks that delegate nothing. */
export const NOTHING = { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n };
/** Masks with every bit. */
export const EVERYTHING = { cmds: ANY, maps: ANY, progs: ANY, attachs: ANY };

/**
 * Delegations, and capabilities of the process, for an object whose loads use the bits of `used`: everything; those bits; those without
 * each; those without each capability; subsets from a seed; no bpffs.
 */
export function delegationsFor(used, seed, subsets) {
  const below = randomFrom(seed);
  const bits = MASK_NAMES.flatMap((mask) => bitsOf(used[mask]).map((bit) => ({ mask, bit })));
  const without = ({ mask, bit }) => ({ ...used, [mask]: used[mask] & ~(1n << bit) });
  const subset = () => {
    const share = 5 + below(5);
    const left = bits.filter(() => below(10) >= share);
    const masks = { ...used };
    for (const { mask, bit } of left) masks[mask] &= ~(1n << bit);
    return masks;
  };
  return [
    { masks: undefined, capabilities: ALL_CAPABILITIES },
    { masks: NOTHING, capabilities: ALL_CAPABILITIES },
    { masks: EVERYTHING, capabilities: ALL_CAPABILITIES },
    { masks: EVERYTHING, capabilities: NEEDED },
    { masks: EVERYTHING, capabilities: 0n },
    { masks: used, capabilities: NEEDED },
    ...Object.values(CAPABILITIES).map((cap) => ({ masks: EVERYTHING, capabilities: NEEDED & ~(1n << cap) })),
    ...bits.map((bit) => ({ masks: without(bit), capabilities: NEEDED })),
    ...Array.from({ length: subsets }, () => ({
      masks: subset(),
      capabilities: below(4) === 0 ? randomCaps(below) : NEEDED,
    })),
  ];
}

const randomCaps = (below) =>
  Object.values(CAPABILITIES).reduce((mask, cap) => (below(3) === 0 ? mask : mask | (1n << cap)), 0n);

/** A least delegation, and it without each bit and each capability: the first must load, and none of the others. */
export function aroundLeast({ masks, capabilities }) {
  const bits = MASK_NAMES.flatMap((mask) => bitsOf(masks[mask]).map((bit) => ({ mask, bit })));
  const caps = Object.values(CAPABILITIES).filter((cap) => (capabilities >> cap) & 1n);
  return [
    { masks, capabilities, mustLoad: true },
    ...bits.map(({ mask, bit }) => ({
      masks: { ...masks, [mask]: masks[mask] & ~(1n << bit) },
      capabilities,
      mustLoad: false,
    })),
    ...caps.map((cap) => ({ masks, capabilities: capabilities & ~(1n << cap), mustLoad: false })),
  ];
}

function bitsOf(mask) {
  return Array.from({ length: 64 }, (_, bit) => BigInt(bit)).filter((bit) => (mask >> bit) & 1n);
}

/** The options of the mount, as delegated_exec takes them. */
export function optionsOf(masks) {
  if (!masks) return '-';
  const given = MASK_NAMES.filter((mask) => masks[mask] !== 0n);
  return given.length === 0 ? 'mode=777' : given.map((mask) => `delegate_${mask}=0x${masks[mask].toString(16)}`).join();
}

/** The bits that the calls of a load ask of a token, each as the kernel reads it. */
export function usedBits({ steps }, profile) {
  const used = { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n };
  for (const { call } of steps) {
    if (call.token === undefined) continue;
    used.cmds |= 1n << BigInt(profile.vocabulary.require('cmds', call.cmd));
    if (call.cmd === 'map_create') used.maps |= 1n << BigInt(call.type);
    if (call.cmd !== 'prog_load') continue;
    used.progs |= 1n << BigInt(call.type);
    used.attachs |= 1n << BigInt(fixupAttachType(profile.vocabulary, call.type, call.attachType));
  }
  return used;
}
