import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../abi/capabilities.js';
import { ERRNO } from '../abi/errno.js';
import { Pre } from '../abi/verdict.js';
import type { Profile } from '../kernel/profile.js';
import { decodeVerdict } from '../kernel/verdict.js';
import { deviationOf } from './faults.js';
import type { JudgedCase } from './judged.js';
import { isMount, isTokenCreate } from './record.js';

/** The stage of a program that a kernel loads for nobody. */
export const NO_TRAMPOLINES = 'programs this kernel refuses to everyone';

/** Times that root must have been refused before it is taken for a property of the kernel. */
const ENOUGH = 2;
const ALL_FOUR = [CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN].reduce(
  (mask, cap) => mask | (1n << BigInt(cap)),
  0n,
);
/** Attach types of tracing programs that are entered through a trampoline. */
const TRAMPOLINE_ATTACH = /^(trace_f(entry|exit|session)(_multi)?|modify_return)$/;

/**
 * Kernels are built that load no program which is entered through a trampoline (lsm, ext, tracing at functions): EPERM for
 * root of the initial namespace with every capability too, before the token's descriptor is looked at. No
 * release does, and no permission rule can be so: root is refused nothing. It is believed only of a recording in which root
 * was refused, and nobody ever was let through.
 */
export class Trampolines {
  #refusedToRoot = 0;
  #letThrough = 0;
  readonly #refused: JudgedCase[] = [];

  /** Takes a case that depends on it, and keeps it until all are seen; says no to any other. */
  take(profile: Profile, judged: JudgedCase): boolean {
    const { record } = judged;
    if (isMount(record) || isTokenCreate(record)) return false;
    const { vocabulary } = profile;
    if (vocabulary.nameOf('cmds', record.cmd) !== 'prog_load') return false;
    const type = vocabulary.nameOf('prog_types', record.type);
    const attachType = vocabulary.nameOf('attach_types', record.attachType);
    const isOne = type === 'lsm' || type === 'ext' || (type === 'tracing' && TRAMPOLINE_ATTACH.test(attachType));
    const { pre } = deviationOf(profile, record);
    if (!isOne || pre === Pre.ATTR_EINVAL || pre === Pre.ATTR_E2BIG) return false;
    if (record.result.errno !== ERRNO.EPERM) {
      this.#letThrough += 1;
      return false;
    }
    const { ns, effective } = record.caller;
    const isRoot = ns === 'init' && (effective & ALL_FOUR) === ALL_FOUR;
    if (isRoot && judged.model !== null && decodeVerdict(judged.model).allowed) this.#refusedToRoot += 1;
    if (judged.judgement.kind !== 'disagreed') return false;
    this.#refused.push(judged);
    return true;
  }

  /** What was kept, with its judgement. */
  end(): JudgedCase[] {
    const isRefused = this.#letThrough === 0 && this.#refusedToRoot >= ENOUGH;
    if (!isRefused) return this.#refused;
    return this.#refused.map((judged) => ({
      ...judged,
      judgement: { kind: 'outside', stage: NO_TRAMPOLINES },
      differences: [],
    }));
  }
}
