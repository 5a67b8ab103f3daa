import { CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN } from '../abi/capabilities.js';
import { ERRNO } from '../abi/errno.js';
import { Fault } from '../abi/verdict.js';
import type { Profile } from '../kernel/profile.js';
import { decodeVerdict } from '../kernel/verdict.js';
import { attrFaultOf } from './attr_faults.js';
import type { ComparedCase } from './compared_case.js';
import { isMount, isProgram, isTokenCreate } from './record.js';

/** The out-of-scope rule of programs that a kernel loads for no caller. */
export const NO_TRAMPOLINES = 'programs this kernel refuses to everyone';

/** Refusals of root before they count as a property of the kernel. */
const ENOUGH = 2;
const ALL_FOUR = [CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON, CAP_SYS_ADMIN].reduce(
  (mask, cap) => mask | (1n << BigInt(cap)),
  0n,
);
/** Attach types of tracing programs that are entered through a trampoline. */
const TRAMPOLINE_ATTACH = /^(trace_f(entry|exit|session)(_multi)?|modify_return)$/;

/**
 * Some kernels are built without trampolines and load no program that is entered through one (lsm, ext, tracing at functions):
 * even the initial namespace's root with every capability gets EPERM, before the token's descriptor is checked. No release does
 * so, and no permission rule refuses root. The property is assumed only for a recording in which root was refused and no caller
 * was allowed.
 */
export class Trampolines {
  #refusedToRoot = 0;
  #letThrough = 0;
  readonly #refused: ComparedCase[] = [];

  /** Keeps a case that depends on it until all are seen and returns true; false for any other case. */
  take(profile: Profile, compared: ComparedCase): boolean {
    const { record } = compared;
    if (isMount(record) || isTokenCreate(record) || isProgram(record)) return false;
    const { vocabulary } = profile;
    if (vocabulary.nameOf('cmds', record.cmd) !== 'prog_load') return false;
    const type = vocabulary.nameOf('prog_types', record.type);
    const attachType = vocabulary.nameOf('attach_types', record.attachType);
    const isOne = type === 'lsm' || type === 'ext' || (type === 'tracing' && TRAMPOLINE_ATTACH.test(attachType));
    const { pre } = attrFaultOf(profile, record);
    if (!isOne || pre === Fault.ATTR_EINVAL || pre === Fault.ATTR_E2BIG) return false;
    if (record.result.errno !== ERRNO.EPERM) {
      this.#letThrough += 1;
      return false;
    }
    const { ns, effective } = record.caller;
    const isRoot = ns === 'init' && (effective & ALL_FOUR) === ALL_FOUR;
    if (isRoot && compared.model !== null && decodeVerdict(compared.model).allowed) this.#refusedToRoot += 1;
    if (compared.comparison.kind !== 'disagreed') return false;
    this.#refused.push(compared);
    return true;
  }

  /** The kept cases, with their comparison. */
  end(): ComparedCase[] {
    const isRefused = this.#letThrough === 0 && this.#refusedToRoot >= ENOUGH;
    if (!isRefused) return this.#refused;
    return this.#refused.map((compared) => ({
      ...compared,
      comparison: { kind: 'outside', outOfScopeRule: NO_TRAMPOLINES },
      differences: [],
    }));
  }
}
