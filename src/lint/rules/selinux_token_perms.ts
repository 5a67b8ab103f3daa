import { delegationRule, hasBit, placeOf } from '../rule.js';

/** Releases whose SELinux checks tokens, whatever its policy (security/selinux/hooks.c: selinux_bpf_token_create(), 7.0). */
const FIRST = [7, 0] as const;

/** The creator of a token needs map_create_as and prog_load_as for what the bpffs delegates. */
export const selinuxTokenPerms = delegationRule(
  'selinux-token-perms',
  'warning',
  'SELinux of 7.0 refuses a token where map_create or prog_load is delegated and the policy does not allow map_create_as or prog_load_as.',
  function* (delegation, { profile: { vocabulary }, selinux }) {
    const [major = 0, minor = 0] = vocabulary.release.split('.').map(Number);
    if (!selinux || major < FIRST[0] || (major === FIRST[0] && minor < FIRST[1])) return;
    for (const command of ['map_create', 'prog_load']) {
      const bit = vocabulary.require('cmds', command);
      if (!hasBit(delegation.masks.cmds, bit)) continue;
      const message = `SELinux asks ${command}_as of the process that makes a token here (EACCES), because ${command} is delegated`;
      yield { at: placeOf(delegation, 'cmds', bit), message };
    }
  },
);
