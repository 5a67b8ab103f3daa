import { type Found, hasBit, placeOf, wholeMaskRule } from '../rule.js';

/** map_create asks the map type too, prog_load the program type and the attach type (kernel/bpf/token.c: bpf_token_allow_*()). */
export const commandWithoutTypes = wholeMaskRule(
  'command-without-types',
  'error',
  'map_create is delegated without any map type, or prog_load without program or attach types: nothing can be made.',
  function* (delegation, { profile: { vocabulary } }): Iterable<Found> {
    const { cmds, maps, progs, attachs } = delegation.masks;
    const mapCreate = vocabulary.require('cmds', 'map_create');
    const progLoad = vocabulary.require('cmds', 'prog_load');
    if (hasBit(cmds, mapCreate) && maps.bits === 0n) {
      yield {
        at: placeOf(delegation, 'cmds', mapCreate),
        message: 'map_create needs a map type, and none is delegated',
      };
    }
    if (!hasBit(cmds, progLoad)) return;
    const missing = [
      ...(progs.bits === 0n ? ['a program type'] : []),
      ...(attachs.bits === 0n ? ['an attach type'] : []),
    ];
    if (missing.length > 0) {
      const message = `prog_load needs ${missing.join(' and ')}, and none is delegated`;
      yield { at: placeOf(delegation, 'cmds', progLoad), message };
    }
  },
);
