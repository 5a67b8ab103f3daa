import type { FieldFault } from './field_fault.js';
import { isObject, isU32 } from './ranges.js';
import { MAX_DOMAINS, permissionsOf, SELINUX_CLASSES, type SelinuxClass, UNCONFINED } from './selinux.js';

/** The first field of a world's SELinux that is wrong, or undefined. The value is of any type: worlds come from callers that no compiler checked. */
export function selinuxFault(spec: unknown): FieldFault | undefined {
  if (!isObject(spec)) return { field: '', given: spec, expected: 'an object of bpfTokenPerms, domains and rules' };
  const { bpfTokenPerms, domains, rules } = spec;
  if (typeof bpfTokenPerms !== 'boolean') {
    return { field: 'bpfTokenPerms', given: bpfTokenPerms, expected: 'true or false' };
  }
  const areNames = Array.isArray(domains) && domains.every((name) => typeof name === 'string' && name !== '');
  if (!areNames || domains[0] !== UNCONFINED || domains.length > MAX_DOMAINS) {
    return {
      field: 'domains',
      given: domains,
      expected: `at most ${MAX_DOMAINS} names, the first of them ${UNCONFINED},`,
    };
  }
  if (!Array.isArray(rules)) return { field: 'rules', given: rules, expected: 'an array' };
  for (const [i, rule] of rules.entries()) {
    const fault = ruleFault(rule, domains.length);
    if (fault) return { ...fault, field: fault.field === '' ? `rules[${i}]` : `rules[${i}].${fault.field}` };
  }
  return undefined;
}

function ruleFault(rule: unknown, domains: number): FieldFault | undefined {
  if (!isObject(rule)) return { field: '', given: rule, expected: 'an object of source, target, class and permission' };
  for (const field of ['source', 'target'] as const) {
    const given = rule[field];
    if (!isU32(given) || given >= domains)
      return { field, given, expected: `the index of a domain (0 to ${domains - 1})` };
  }
  const { class: name, permission } = rule;
  if (!(SELINUX_CLASSES as readonly unknown[]).includes(name)) {
    return { field: 'class', given: name, expected: `one of ${SELINUX_CLASSES.join(', ')}` };
  }
  const permissions = permissionsOf(name as SelinuxClass);
  if (permissions.includes(permission as string)) return undefined;
  return { field: 'permission', given: permission, expected: `one of ${permissions.join(', ')}` };
}
