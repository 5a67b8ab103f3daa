import * as L from '../../abi/memory_layout.js';
import { DISPOSITION_SHIFT, Disposition, Outcome } from '../../abi/verdict.js';
import { FIRST } from './region.js';

/** The disposition of a token by DROP_REASON_*, at its bits in a verdict. */
export function writeDropReasons(view: DataView): void {
  const dispositions: readonly (readonly [dropReason: number, disposition: Disposition])[] = [
    [L.DROP_REASON_NOT_GIVEN, Disposition.NONE_GIVEN],
    [L.DROP_REASON_USERNS, Disposition.DROPPED_USERNS],
    [L.DROP_REASON_CMD, Disposition.DROPPED_CMD],
    [L.DROP_REASON_LSM, Disposition.DROPPED_LSM],
    [L.DROP_REASON_TYPE, Disposition.DROPPED_TYPE],
    [L.DROP_REASON_ATTACH, Disposition.DROPPED_ATTACH_TYPE],
    [L.DROP_REASON_NONE, Disposition.USED],
  ];
  for (const [dropReason, disposition] of dispositions) {
    view.setUint8(L.WORLD_DROP_REASONS - FIRST + dropReason, disposition << DISPOSITION_SHIFT);
  }
}

/** The outcome by missing capabilities: the first one missing decides, in the order of the kernel's checks. */
export function writeOutcomes(view: DataView): void {
  const reasons: readonly (readonly [bit: number, outcome: Outcome])[] = [
    [L.CAPS_BPF, Outcome.CAP_BPF_MISSING],
    [L.CAPS_NET_ADMIN, Outcome.CAP_NET_ADMIN_MISSING],
    [L.CAPS_PERFMON, Outcome.CAP_PERFMON_MISSING],
    [L.CAPS_SYS_ADMIN, Outcome.CAP_SYS_ADMIN_MISSING],
  ];
  for (let missing = 1; missing <= L.CAPS_ALL; missing++) {
    const [bit, reason] = reasons.find(([cap]) => (missing & cap) !== 0) as (typeof reasons)[number];
    const at = L.WORLD_OUTCOMES - FIRST + missing;
    view.setUint8(at + L.OUTCOMES_OF_CAPABILITY, reason);
    const bySysctl = bit === L.CAPS_BPF ? Outcome.CAP_BPF_MISSING_UNPRIV_DISABLED : reason;
    view.setUint8(at + L.OUTCOMES_OF_UNPRIV_DISABLED, bySysctl);
  }
}
