import type { ObjectProgram } from '../../bpf_object.js';
import { HELPER } from '../numbers.js';

/** Helpers that libbpf replaces where the kernel does not have them, or refuses the probe for them. Source: bpf_object__sanitize_prog(). */
const OLDER_HELPER: ReadonlyMap<number, number> = new Map([
  [HELPER.probe_read_kernel, HELPER.probe_read],
  [HELPER.probe_read_user, HELPER.probe_read],
  [HELPER.probe_read_kernel_str, HELPER.probe_read_str],
  [HELPER.probe_read_user_str, HELPER.probe_read_str],
]);

/** Whether a program calls a helper that libbpf may replace. */
export function callsReplaceable({ helperCalls }: ObjectProgram): boolean {
  return helperCalls.some(({ id }) => OLDER_HELPER.has(id));
}

/** The helpers that a program calls as it is sent, each once. */
export function sentHelpers({ helperCalls }: ObjectProgram, isReplaced: boolean): number[] {
  return [...new Set(helperCalls.map(({ id }) => (isReplaced ? (OLDER_HELPER.get(id) ?? id) : id)))];
}
