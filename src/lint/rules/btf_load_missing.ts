import { hasBit, placeOf, wholeMaskRule } from '../rule.js';

/** Source: libbpf 1.4 to 1.7 goes on without BTF; cilium/ebpf 0.22 insists on it where its probe, a socket_filter program, loads. */
export const btfLoadMissing = wholeMaskRule(
  'btf-load-missing',
  'suggestion',
  'prog_load is delegated without btf_load: local storage, spin locks, timers, callbacks and struct_ops fail.',
  function* (delegation, { profile: { vocabulary } }) {
    const { cmds } = delegation.masks;
    const progLoad = vocabulary.require('cmds', 'prog_load');
    if (!hasBit(cmds, progLoad) || hasBit(cmds, vocabulary.require('cmds', 'btf_load'))) return;
    const message =
      'btf_load is not delegated: local storage, spin locks, timers, callbacks and struct_ops fail, and cilium/ebpf fails where it may load socket_filter';
    yield { at: placeOf(delegation, 'cmds', progLoad), message };
  },
);
