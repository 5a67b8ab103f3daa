import { HELPER_NAMES } from '../abi/program_rules.generated.js';
import { LIBERTY_NAMES, type LibertyName } from '../kernel/verifier/liberties.js';
import { nearestOf } from './nearest.js';

/** Numbers that may stand for a helper: one that the newest release does not know is offered to no program. */
const MAX_HELPER = 0xffff;

/**
 * The number of a helper (enum bpf_func_id) in any common spelling: `probe_read_kernel`, `bpf_probe_read_kernel`,
 * `BPF_FUNC_probe_read_kernel`, `113`. Undefined for anything else.
 */
export function resolveHelper(written: string | number): number | undefined {
  const text = String(written).trim();
  if (/^\d+$/.test(text)) return Number(text) > 0 && Number(text) <= MAX_HELPER ? Number(text) : undefined;
  const index = HELPER_NAMES.indexOf(helperStem(text));
  return index === -1 ? undefined : index + 1;
}

/** The name of the helper nearest to a misspelt one. */
export function nearestHelper(written: string | number): string | undefined {
  return nearestOf(helperStem(String(written).trim()), HELPER_NAMES);
}

/** A liberty by its name: `pointer_leaks`, `pointer-leaks`. Undefined for anything else. */
export function resolveLiberty(written: string): LibertyName | undefined {
  return LIBERTY_NAMES.find((name) => name === libertyStem(written));
}

/** The name of the liberty nearest to a misspelt one. */
export function nearestLiberty(written: string): LibertyName | undefined {
  return nearestOf(libertyStem(written), LIBERTY_NAMES) as LibertyName | undefined;
}

function helperStem(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('-', '_')
    .replace(/^bpf_(func_)?/, '');
}

function libertyStem(text: string): string {
  return text.trim().toLowerCase().replaceAll('-', '_');
}
