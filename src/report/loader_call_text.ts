import { NEWEST_PROFILE } from '../kernel/profile.js';
import type { LoaderCall } from '../programs/loaders/loader_call.js';
import { printable } from '../text/printable.js';
import { attachTypeName, subjectOf } from './object_check_json.js';

const TOKENS = {
  none: 'without a token',
  token: 'with the token',
  descriptor_0: 'with descriptor 0 for a token',
} as const;

/** `prog_load xdp (attach type xdp) with the token`: a call of a loader, by the names of the newest release. */
export function describeLoaderCall(call: LoaderCall): string {
  const { vocabulary } = NEWEST_PROFILE;
  const token = 'token' in call ? ` ${TOKENS[call.token]}` : '';
  switch (call.cmd) {
    case 'map_create':
      return `map_create ${vocabulary.nameOf('map_types', call.type)}${token}`;
    case 'prog_load':
      return `prog_load ${vocabulary.nameOf('prog_types', call.type)} (attach type ${attachTypeName(call)})${token}`;
    case 'btf_load':
      return `btf_load${token}`;
    default: {
      const subject = subjectOf(call);
      return subject === undefined ? call.cmd : `${call.cmd} ${printable(subject)}`;
    }
  }
}
