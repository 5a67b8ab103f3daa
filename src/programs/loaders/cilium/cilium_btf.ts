import type { CallAnswer, LoadSession, LoadStep } from '../load_session.js';
import { succeeded } from '../load_session.js';
import type { CiliumFeatures } from './cilium_features.js';

/**
 * Loads BTF that was made for one map or program, after the probes for what it may have. Refused, it is sent again with a log; the
 * last call is returned. Source: cilium/ebpf 0.22, NewHandleFromRawBTF().
 */
export function loadBtfHandle<Answer extends CallAnswer>(
  session: LoadSession<Answer>,
  features: CiliumFeatures<Answer>,
  purpose: string,
  isMandatory: boolean,
): LoadStep<Answer> {
  for (const feature of ['function_linkage', 'decl_tags', 'type_tags', 'enum64'] as const) features.has(feature);
  const call = { cmd: 'btf_load', token: features.token } as const;
  const first = session.send(call, purpose, { consequence: 'harmless', effect: 'it is sent again with a log' });
  if (succeeded(first)) return first;
  return session.send(
    call,
    purpose,
    isMandatory
      ? { consequence: 'fatal', effect: 'the load ends' }
      : { consequence: 'degrades', effect: 'the map is made without BTF types' },
  );
}
