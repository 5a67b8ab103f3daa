import { tokenSupportOf } from '../kernel/commands.js';
import type { Profile } from '../kernel/profile.js';
import type { UseRecord } from './record.js';

/** Map types whose valid key sizes depend on the type: many sizes, or only 0. */
const KEY_SIZE_DEPENDS = new Set([
  'hash',
  'percpu_hash',
  'lru_hash',
  'lru_percpu_hash',
  'hash_of_maps',
  'rhash',
  'sockhash',
  'lpm_trie',
  'cgroup_storage',
  'percpu_cgroup_storage',
  'queue',
  'stack',
  'bloom_filter',
  'ringbuf',
  'user_ringbuf',
  'arena',
]);

/**
 * Other interpretations of a record where the format is ambiguous, in recordings of other recorders. They are tried only where
 * the first interpretation disagrees.
 */
export function alternateReading(profile: Profile, record: UseRecord): UseRecord | undefined {
  const { vocabulary } = profile;
  const cmd = vocabulary.nameOf('cmds', record.cmd);
  if (record.variant === 'map_bad_key_size' && KEY_SIZE_DEPENDS.has(vocabulary.nameOf('map_types', record.type))) {
    return { ...record, variant: 'plain' };
  }
  // Descriptor 0 may be closed.
  if (record.tokenFd === 'flag_set_fd0') return { ...record, tokenFd: 'closed' };
  // A command without a field for a token may have had none; whether it refuses one is for the model to decide.
  const isOtherId = tokenSupportOf(profile, record.cmd) === 'refused' && cmd !== 'btf_get_fd_by_id';
  return isOtherId && record.tokenFd !== 'none' ? { ...record, tokenFd: 'none', token: null } : undefined;
}
