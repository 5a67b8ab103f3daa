import { delegatesAnything } from '../../dialects/delegation.js';
import { MASK_NAMES } from '../../kernel/masks.js';
import { delegationRule } from '../rule.js';

/** kernel/bpf/token.c: bpf_token_create(), 6.9 and later: EOPNOTSUPP where the bpffs belongs to the initial user namespace. */
export const initialNamespace = delegationRule(
  'initial-namespace',
  'error',
  'The bpffs belongs to the initial user namespace: no token can be made of it.',
  function* (delegation, { profile, reading }) {
    // Of a unit with a process, wrong-userns says more.
    if (reading.format.startsWith('system') && delegation.process !== undefined) return;
    if (delegation.owner !== 'init' || !delegatesAnything(delegation) || profile.rules.token_create_in_init_userns)
      return;
    const first = MASK_NAMES.map((mask) => delegation.masks[mask].at).find((at) => at !== undefined);
    const inside = delegation.process?.userns === 'own';
    const errno = inside ? 'EPERM for a process in another user namespace' : 'EOPNOTSUPP';
    const message = `the bpffs belongs to the initial user namespace, in which no token can be made: ${errno}`;
    yield { at: first ?? delegation.at, message };
  },
);
