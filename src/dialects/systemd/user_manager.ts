import type { Delegation } from '../delegation.js';
import type { LineAccount } from '../line_account.js';
import type { Span } from '../source_text.js';

/** Whether a file is of a user manager, by its folder: `/etc/systemd/user`, `~/.config/systemd/user`. */
export function isOfUserManager(path: string): boolean {
  return /(?:^|\/)systemd\/user\//.test(path);
}

/** Says that a user manager delegates nothing. */
export function warnOfUserManager(at: Span, account: LineAccount): void {
  const message = 'a user manager has no privilege to set what is delegated: it mounts no bpffs, and says nothing';
  account.warn(at, { code: 'user-manager', message });
}

/** A delegation that a user manager does not make. */
export function ofUserManager(delegation: Delegation): Delegation {
  return { ...delegation, unusable: 'a user manager mounts no bpffs' };
}
