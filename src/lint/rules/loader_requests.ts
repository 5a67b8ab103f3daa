import { type Found, hasBit, listed, placeOf, wholeMaskRule } from '../rule.js';

/**
 * libbpf loads a trivial program before anything else: socket_filter, then tracepoint, both with attach type 0. Both refused end the
 * load. Source: libbpf 1.4 to 1.7, src/libbpf.c: bpf_object__probe_loading().
 */
export const loaderRequests = wholeMaskRule(
  'loader-requests',
  'warning',
  'libbpf first loads a trivial socket_filter (or tracepoint) program with attach type 0: where that is not delegated, nothing loads.',
  function* (delegation, { profile: { vocabulary } }): Iterable<Found> {
    const { cmds, progs, attachs } = delegation.masks;
    if (!hasBit(cmds, vocabulary.require('cmds', 'prog_load')) || progs.bits === 0n || attachs.bits === 0n) return;
    const hasProbe = ['socket_filter', 'tracepoint'].some((name) =>
      hasBit(progs, vocabulary.require('prog_types', name)),
    );
    const missing = [
      hasProbe ? [] : ['program type socket_filter'],
      hasBit(attachs, 0) ? [] : [`attach type ${vocabulary.nameOf('attach_types', 0)}`],
    ].flat();
    if (missing.length === 0) return;
    const message = `libbpf loads a trivial program first, which needs ${listed(missing)}: without it no object loads`;
    yield { at: placeOf(delegation, hasProbe ? 'attachs' : 'progs'), message };
  },
);
