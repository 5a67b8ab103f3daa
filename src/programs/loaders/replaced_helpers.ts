import type { ObjectProgram } from '../bpf_object.js';
import { HELPER } from './numbers.js';

/** Helpers that loaders replace where the kernel does not have them, or refuses the probe for them. Source: bpf_object__sanitize_prog() of
 * libbpf, fixupProbeReadKernel() of cilium/ebpf. */
const OLDER_HELPER: ReadonlyMap<number, number> = new Map([
  [HELPER.probe_read_kernel, HELPER.probe_read],
  [HELPER.probe_read_user, HELPER.probe_read],
  [HELPER.probe_read_kernel_str, HELPER.probe_read_str],
  [HELPER.probe_read_user_str, HELPER.probe_read_str],
]);

/** Whether a program calls a helper that a loader may replace. */
export function callsReplaceable({ helperCalls }: ObjectProgram): boolean {
  return helperCalls.some(({ id }) => OLDER_HELPER.has(id));
}

/** The helpers that a program calls as it is sent, each once. */
export function replacedHelpers({ helperCalls }: ObjectProgram, isReplaced: boolean): number[] {
  return [...new Set(helperCalls.map(({ id }) => (isReplaced ? (OLDER_HELPER.get(id) ?? id) : id)))];
}
