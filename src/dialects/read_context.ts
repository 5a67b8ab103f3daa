import type { Profile } from '../kernel/profile.js';
import type { LineAccount } from './line_account.js';

/** What a reader of a text needs besides the text. */
export interface ReadContext {
  /** The kernel whose names these are. */
  readonly profile: Profile;
  readonly account: LineAccount;
  /** The release of systemd that reads units. */
  readonly systemd: number;
}
