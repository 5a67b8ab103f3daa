import { NEWEST_PROFILE } from '../../kernel/profile.js';
import { LIBBPF_RELEASES, type LibbpfRelease, SECTION_TABLE } from './section_table.js';

export const NEWEST_LIBBPF: LibbpfRelease = '1.7';

/** What libbpf makes of a section of programs. */
export interface SectionRule {
  /** As libbpf's table has it: `kprobe+` stands for `kprobe` and `kprobe/…`. */
  readonly name: string;
  /** enum bpf_prog_type. */
  readonly progType: number;
  /** enum bpf_attach_type; 0 where the table has none. */
  readonly expectedAttachType: number;
  /** Whether attach type 0 is sent in its place where the probe for attach types fails. */
  readonly isAttachTypeOptional: boolean;
  /** Whether the program sleeps: BPF_F_SLEEPABLE. */
  readonly isSleepable: boolean;
  /** Whether its target is found by BTF: attach_btf_id. */
  readonly attachesByBtf: boolean;
  /** Whether it takes packets of several parts: BPF_F_XDP_HAS_FRAGS. */
  readonly hasXdpFrags: boolean;
  /** Whether it is of USDT: its attach type is trace_uprobe_multi where the kernel has that. */
  readonly isUsdt: boolean;
  /** The first release that has it. */
  readonly since: LibbpfRelease;
}

/** The rules of libbpf 1.7, in the order of its table. */
export const SECTION_RULES: readonly SectionRule[] = SECTION_TABLE.map(
  ([name, progType, attachType = '', flags = '', since = '1.4']) => ({
    name,
    progType: NEWEST_PROFILE.vocabulary.require('prog_types', progType),
    expectedAttachType: attachType === '' ? 0 : NEWEST_PROFILE.vocabulary.require('attach_types', attachType),
    isAttachTypeOptional: flags.includes('optional'),
    isSleepable: flags.includes('sleepable'),
    attachesByBtf: flags.includes('btf'),
    hasXdpFrags: flags.includes('frags'),
    isUsdt: flags.includes('usdt'),
    since,
  }),
);
/** By name: those that stand for one section, and those that stand for a section and what begins with it. */
const EXACT = new Map(SECTION_RULES.filter(({ name }) => !name.endsWith('+')).map((rule) => [rule.name, rule]));
const PREFIXES = new Map(
  SECTION_RULES.filter(({ name }) => name.endsWith('+')).map((rule) => [rule.name.slice(0, -1), rule]),
);

/**
 * The rule for a section, with or without a leading `?`; undefined for one that a release of libbpf has no rule for: its programs have
 * type 0 (unspec), and loading them fails unless the application sets a type. Source: sec_def_matches() of libbpf.
 */
export function sectionRule(section: string, release: LibbpfRelease = NEWEST_LIBBPF): SectionRule | undefined {
  const name = section.replace(/^\?/, '');
  const rule = EXACT.get(name) ?? PREFIXES.get(name.split('/', 1)[0] as string);
  const isKnown = rule && LIBBPF_RELEASES.indexOf(rule.since) <= LIBBPF_RELEASES.indexOf(release);
  return isKnown ? rule : undefined;
}
