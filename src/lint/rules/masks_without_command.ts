import { type Found, hasBit, placeOf, wholeMaskRule } from '../rule.js';

/** A type is looked at only after its command was allowed (kernel/bpf/syscall.c: map_create(), bpf_prog_load()). */
export const masksWithoutCommand = wholeMaskRule(
  'masks-without-command',
  'error',
  'Map types are delegated without map_create, or program and attach types without prog_load: they do nothing.',
  function* (delegation, { profile: { vocabulary } }): Iterable<Found> {
    const { cmds, maps, progs, attachs } = delegation.masks;
    const hasMapCreate = hasBit(cmds, vocabulary.require('cmds', 'map_create'));
    const hasProgLoad = hasBit(cmds, vocabulary.require('cmds', 'prog_load'));
    if (maps.bits !== 0n && !hasMapCreate) {
      yield { at: placeOf(delegation, 'maps'), message: 'map types do nothing without the command map_create' };
    }
    if (hasProgLoad) return;
    const what = 'do nothing without the command prog_load';
    if (progs.bits !== 0n) yield { at: placeOf(delegation, 'progs'), message: `program types ${what}` };
    if (attachs.bits !== 0n) yield { at: placeOf(delegation, 'attachs'), message: `attach types ${what}` };
  },
);
