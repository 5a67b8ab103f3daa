import type { Profile } from '../kernel/profile.js';
import type { ManagerRelease } from './containers/release.js';
import type { LineAccount } from './line_account.js';

/** What a reader of a text needs besides the text. */
export interface ReadContext {
  /** The kernel whose names these are. */
  readonly profile: Profile;
  readonly account: LineAccount;
  /** The release of systemd that reads units. */
  readonly systemd: number;
  /** The release of Incus or LXD that reads its configuration; undefined: the newest. */
  readonly manager: ManagerRelease | undefined;
}
