import type { CommandProfile } from '../../kernel/commands.js';
import type { Rules } from '../../kernel/profile.js';

/** The part of a profile that the tables depend on: profiles that agree in it have the same tables. */
export interface TableProfile extends CommandProfile {
  readonly rules: Pick<Rules, 'token_needs_own_userns' | 'btf_get_fd_by_id_takes_token'>;
}
