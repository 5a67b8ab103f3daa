import { tokenRouteOf } from '../../kernel/commands.js';
import { delegationRule, placeOf } from '../rule.js';

/** Of the commands only those that take a token ask delegate_cmds (kernel/bpf/token.c: bpf_token_allow_cmd(), its callers). */
export const deadCommand = delegationRule(
  'dead-command',
  'error',
  'A delegated command asks no token: delegating it changes nothing.',
  function* (delegation, { profile }) {
    const { vocabulary } = profile;
    for (const { bit, written, at } of delegation.masks.cmds.origins) {
      const isNamed = !/^(?:any$|[+\d])/.test(written);
      if (!isNamed || !vocabulary.has('cmds', bit) || tokenRouteOf(profile, { cmd: bit, type: 0 }) === 'call') continue;
      const name = vocabulary.nameOf('cmds', bit);
      const asking = vocabulary
        .names('cmds')
        .filter((other) => tokenRouteOf(profile, { cmd: vocabulary.require('cmds', other), type: 0 }) === 'call');
      const message = `${name} asks no token, so delegating it changes nothing; on ${profile.name} only ${asking.join(', ')} do`;
      yield { at: at ?? placeOf(delegation, 'cmds'), message };
    }
  },
);
