import { tokenSupportOf } from '../kernel/commands.js';
import type { Profile } from '../kernel/profile.js';
import type { UseRecord } from './record.js';

/** Map types for which it takes the number to say whether a key size is bad: they take many, or none but 0. */
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
 * What else a record can mean where the format's words leave it open, in recordings of others. Asked only where the first
 * reading does not agree.
 */
export function alternateReading(profile: Profile, record: UseRecord): UseRecord | undefined {
  const { vocabulary } = profile;
  const cmd = vocabulary.nameOf('cmds', record.cmd);
  if (record.variant === 'map_bad_key_size' && KEY_SIZE_DEPENDS.has(vocabulary.nameOf('map_types', record.type))) {
    return { ...record, variant: 'plain' };
  }
  // Descriptor 0 may be closed.
  if (record.tokenFd === 'flag_set_fd0') return { ...record, tokenFd: 'closed' };
  // A command without a field for a token may have been given none; that one was refused is the model's to say.
  const isOtherId = tokenSupportOf(profile, record.cmd) === 'refused' && cmd !== 'btf_get_fd_by_id';
  return isOtherId && record.tokenFd !== 'none' ? { ...record, tokenFd: 'none', token: null } : undefined;
}
