import { CAP_NET_ADMIN } from '../../abi/capabilities.js';
import { delegationRule, hasBit, listed, placeOf } from '../rule.js';

/** Program types that are attached to network interfaces. */
const ON_INTERFACES = ['xdp', 'sched_cls', 'sched_act', 'netfilter'];

/** link_create asks no token: what is loaded can be attached in the network namespace (net/core/dev.c: bpf_xdp_link_attach()). */
export const hostInterfaces = delegationRule(
  'host-interfaces',
  'security',
  'Programs for network interfaces can be loaded by a process in the network namespace of the host: it can attach them to every interface there.',
  function* (delegation, { profile: { vocabulary } }) {
    const { cmds, progs } = delegation.masks;
    if (!hasBit(cmds, vocabulary.require('cmds', 'prog_load'))) return;
    const { network, process } = delegation;
    if (network !== 'host' || (process && !((process.caps >> BigInt(CAP_NET_ADMIN)) & 1n))) return;
    const types = ON_INTERFACES.filter((name) => hasBit(progs, vocabulary.require('prog_types', name)));
    const [first] = types;
    if (!first) return;
    const message = `${listed(types)} programs can be attached to every interface of the host's network namespace, in which the process runs`;
    yield { at: placeOf(delegation, 'progs', vocabulary.require('prog_types', first)), message };
  },
);
