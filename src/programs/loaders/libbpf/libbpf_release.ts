import type { LibbpfRelease } from '../../libbpf/section_table.js';

/** How releases of libbpf differ in what they send; patch releases do the same. */
export interface LibbpfRules {
  /**
   * The probe for names passes attributes that end before the token's descriptor: with a token it is refused (EINVAL) whatever is
   * delegated. Source: probe_kern_prog_name(), to 1.4.
   */
  readonly isNameProbeShort: boolean;
  /**
   * The attach type that a refused probe for expected_attach_type replaces by 0 is sent all the same. Source:
   * bpf_object_load_prog(), to 1.4, which sets it after the section's own preparation.
   */
  readonly keepsAttachType: boolean;
  /** Asks whether globals can lie at the end of an arena. Source: probe_ldimm64_full_range_off(), from 1.7. */
  readonly probesArenaOffsets: boolean;
}

export function libbpfRules(release: LibbpfRelease): LibbpfRules {
  return {
    isNameProbeShort: release === '1.4',
    keepsAttachType: release === '1.4',
    probesArenaOffsets: release === '1.7',
  };
}
