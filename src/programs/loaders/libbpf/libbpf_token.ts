import type { CallAnswer, LoadSession } from '../load_session.js';
import { succeeded } from '../load_session.js';
import { DEFAULT_BPFFS_PATH, type LoaderSetup } from '../loader_setup.js';

/**
 * Makes a token where libbpf would: of the bpffs that an option or the environment names, where any failure ends the load; else of
 * /sys/fs/bpf, where a failure means no token. Returns which token the calls for the object carry. Source: bpf_object_prepare_token().
 */
export function prepareToken<Answer extends CallAnswer>(
  session: LoadSession<Answer>,
  { tokenPath, tokenPathVariable }: LoaderSetup,
): 'none' | 'token' {
  const given = tokenPath ?? tokenPathVariable;
  if (given === '') return 'none';
  const path = given ?? DEFAULT_BPFFS_PATH;
  const isMandatory = given !== undefined;
  const refused = isMandatory
    ? ({ consequence: 'fatal', effect: 'the path of the token was given, so the load ends' } as const)
    : ({ consequence: 'degrades', effect: 'libbpf goes on without a token' } as const);
  for (const cmd of ['open', 'token_create'] as const) {
    const purpose = cmd === 'open' ? 'the bpffs to make a token of' : 'the token';
    const step = session.send({ cmd, path }, purpose, refused);
    if (succeeded(step)) continue;
    if (!isMandatory || step.answer.errno === null) return 'none';
    session.fail(step.answer.errno, `cannot create a BPF token of ${path}`, { step });
  }
  return 'token';
}
