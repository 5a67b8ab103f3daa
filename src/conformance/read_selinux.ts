import { readAllowRule, type WrittenRule } from '../names/allow_rule.js';
import type { RecordedSelinux } from './record.js';
import type { Fields } from './record_fields.js';

/** What a record of family `selinux` says of the policy and the domains. */
export function selinuxOf(fields: Fields): RecordedSelinux {
  return {
    policy: fields.u32('policy'),
    bpfTokenPerms: fields.flag('bpf_token_perms'),
    caller: fields.text('caller'),
    grantor: fields.textOrNull('grantor'),
    rules: fields.list('rules').map((rule) => ruleOf(fields, rule)),
  };
}

function ruleOf(fields: Fields, rule: unknown): WrittenRule {
  const read = typeof rule === 'string' ? readAllowRule(rule) : undefined;
  return read && 'sources' in read ? read : fields.fail('rules', 'a list of allow rules of classes that decide of BPF');
}
