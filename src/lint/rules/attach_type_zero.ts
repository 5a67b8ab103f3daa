import { attachTypesOf } from '../attach_types.js';
import { hasBit, listed, placeOf, wholeMaskRule } from '../rule.js';

/** An attach type that is not given is 0, which is the number of cgroup_inet_ingress (include/uapi/linux/bpf.h). */
export const attachTypeZero = wholeMaskRule(
  'attach-type-zero',
  'error',
  'Program types without an attach type are delegated, and cgroup_inet_ingress, which is their attach type 0, is not.',
  function* (delegation, { profile: { vocabulary } }) {
    const { progs, attachs } = delegation.masks;
    if (progs.bits === 0n || attachs.bits === 0n || hasBit(attachs, 0)) return;
    const types = vocabulary.names('prog_types').map((name) => vocabulary.require('prog_types', name));
    const affected = types.filter((type) => {
      const used = attachTypesOf(vocabulary, type);
      // Where a type has others too, it is missing only for some programs.
      return hasBit(progs, type) && used?.has(0) && [...used].some((other) => hasBit(attachs, other));
    });
    if (affected.length === 0) return;
    const names = listed(affected.map((type) => vocabulary.nameOf('prog_types', type)));
    const zero = vocabulary.nameOf('attach_types', 0);
    const message = `programs of type ${names} are loaded with attach type 0 too, which is ${zero}: delegate_attachs does not have it`;
    yield { at: placeOf(delegation, 'attachs'), message };
  },
);
