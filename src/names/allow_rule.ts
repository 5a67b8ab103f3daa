import {
  type AllowRule,
  permissionsOf,
  SELINUX_CLASSES,
  type SelinuxClass,
  type SelinuxSpec,
  UNCONFINED,
} from '../kernel/selinux.js';
import { nearestOf } from './nearest.js';
import { type DiagnosticMessage, quote, unknownName } from './unknown_name.js';

/** An allow rule of a policy, with names. `self` as a target stands for each source. */
export interface WrittenRule {
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly classes: readonly SelinuxClass[];
  readonly permissions: readonly string[];
}

/** A name, or several in braces. */
const SET = String.raw`(?:\{\s*([^{}]*?)\s*\}|([\w.-]+))`;
const RULE = new RegExp(String.raw`^\s*allow\s+${SET}\s+${SET}\s*:\s*${SET}\s+${SET}\s*;?\s*$`);
const EXPECTED = "a rule of a policy, as in 'allow agent_t manager_t:bpf { map_create_as prog_load_as };'";

/**
 * An allow rule in the language of policies (checkpolicy), of the classes that decide of BPF: what it says, or what is wrong with it.
 * Source: libsepol and checkpolicy 3.11, without attributes, `*` and `~`.
 */
export function readAllowRule(text: string): WrittenRule | DiagnosticMessage {
  const found = RULE.exec(text);
  const [sources, targets, classes, permissions] = [1, 3, 5, 7].map((at) => wordsOf(found?.[at] ?? found?.[at + 1]));
  if (!sources?.length || !targets?.length || !classes?.length || !permissions?.length) {
    return { message: `${quote(text)} is no allow rule: expected ${EXPECTED}`, expected: EXPECTED };
  }
  const badClass = classes.find((name) => !(SELINUX_CLASSES as readonly string[]).includes(name));
  if (badClass !== undefined) {
    return unknownName('class', badClass, SELINUX_CLASSES, nearestOf(badClass, SELINUX_CLASSES));
  }
  for (const name of classes as SelinuxClass[]) {
    const known = permissionsOf(name);
    const bad = permissions.find((permission) => !known.includes(permission));
    if (bad !== undefined) return unknownName(`permission of ${name}`, bad, known, nearestOf(bad, known));
  }
  return { sources, targets, classes: classes as SelinuxClass[], permissions };
}

function wordsOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(/\s+/).filter((word) => word !== '');
}

/** The rules of a policy as text, one for each pair of domains and class. */
export function allowRuleTexts({ domains, rules }: SelinuxSpec): string[] {
  const byPair = new Map<string, Set<string>>();
  for (const { source, target, class: name, permission } of rules) {
    const pair = `allow ${domains[source]} ${domains[target]}:${name}`;
    byPair.set(pair, (byPair.get(pair) ?? new Set()).add(permission));
  }
  return [...byPair].map(([pair, permissions]) => `${pair} { ${[...permissions].join(' ')} };`);
}

/** Domains by name, numbered as they are met, and rules between them. */
export class PolicyBuilder {
  readonly #domains = new Map([[UNCONFINED, 0]]);
  readonly #rules = new Map<string, AllowRule>();

  /** The index of a domain. */
  domain(name: string): number {
    const known = this.#domains.get(name) ?? this.#domains.size;
    this.#domains.set(name, known);
    return known;
  }

  get domains(): readonly string[] {
    return [...this.#domains.keys()];
  }

  add({ sources, targets, classes, permissions }: WrittenRule): void {
    for (const source of sources) {
      for (const written of targets) {
        const target = written === 'self' ? source : written;
        for (const name of classes) {
          for (const permission of permissions) {
            const rule = { source: this.domain(source), target: this.domain(target), class: name, permission };
            this.#rules.set(`${source} ${target} ${name} ${permission}`, rule);
          }
        }
      }
    }
  }

  spec(bpfTokenPerms: boolean): SelinuxSpec {
    return { bpfTokenPerms, domains: this.domains, rules: [...this.#rules.values()] };
  }
}
