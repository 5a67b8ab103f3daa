import type { Diagnostics } from '../diagnostics/diagnostics.js';
import type { Locator, Path } from '../diagnostics/yaml_locator.js';
import { MAX_DOMAINS, type SelinuxLabel, SelinuxPolicy, type SelinuxSpec, UNCONFINED } from '../kernel/selinux.js';
import { PolicyBuilder, readAllowRule, type WrittenRule } from '../names/allow_rule.js';
import { nearestOf } from '../names/nearest.js';
import { quote } from '../names/unknown_name.js';
import type { ScenarioFile } from './schema.js';
import { ownerOf } from './schema_issues.js';
import type { Warning } from './warning.js';

/** The sections whose entries have a domain. */
const SECTIONS = ['bpffs', 'tasks'] as const;
const RULES: Path = ['lsm', 'selinux', 'rules'];

/** SELinux of a scenario: its policy, and the domains of bpffs and tasks. */
export interface ScenarioSelinux {
  readonly spec: SelinuxSpec;
  /** Who a process of a domain is; unconfined where none is named. */
  label(domain: string | undefined): SelinuxLabel;
}

/** Reads the policy of a scenario and the domains that its entries name; undefined without SELinux. Problems are noted. */
export function makeSelinux(
  scenario: ScenarioFile,
  locator: Locator,
  diagnostics: Diagnostics,
  warnings: Warning[],
): ScenarioSelinux | undefined {
  const named = SECTIONS.flatMap((section) =>
    Object.entries(scenario[section] ?? {}).flatMap(([name, entry]) =>
      entry?.domain === undefined ? [] : [{ domain: entry.domain, path: [section, name, 'domain'] }],
    ),
  );
  const selinux = scenario.lsm?.selinux;
  if (!selinux) {
    for (const { domain, path } of named) {
      const what = `${ownerOf(path)}domain is ${quote(domain)}, and the scenario has no SELinux`;
      diagnostics.add(locator.value(path), `${what}: add lsm: {selinux: {bpf_token_perms: true, rules: []}}`);
    }
    return undefined;
  }
  const builder = new PolicyBuilder();
  for (const { domain } of named) builder.domain(domain);
  const used = [...builder.domains];
  for (const [i, text] of (selinux.rules ?? []).entries()) {
    const at = locator.value([...RULES, i]);
    const rule = readAllowRule(text);
    if ('message' in rule) {
      diagnostics.add(at, { ...rule, message: `SELinux rule ${i + 1}: ${rule.message}` });
      continue;
    }
    builder.add(rule);
    for (const message of unusedDomains(rule, used))
      warnings.push({ ...at, message: `SELinux rule ${i + 1}: ${message}` });
  }
  if (builder.domains.length > MAX_DOMAINS) {
    const message = `${builder.domains.length} domains, ${UNCONFINED} among them: at most ${MAX_DOMAINS} fit one world`;
    diagnostics.add(locator.key(['lsm', 'selinux']), message);
  }
  const spec = builder.spec(selinux.bpf_token_perms);
  const policy = new SelinuxPolicy(spec);
  return { spec, label: (domain = UNCONFINED) => ({ policy, domain: builder.domain(domain) }) };
}

/** What to say of domains that no bpffs and no task has: a rule about them decides nothing. */
function unusedDomains({ sources, targets }: WrittenRule, used: readonly string[]): string[] {
  const unused = new Set([...sources, ...targets].filter((name) => name !== 'self' && !used.includes(name)));
  return [...unused].map((name) => {
    const nearest = nearestOf(name, used);
    const hint = nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`;
    return `no task and no bpffs is of domain ${quote(name)}${hint}`;
  });
}
