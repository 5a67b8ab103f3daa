import type { CallAnswer, LoadSession } from '../load_session.js';
import { succeeded } from '../load_session.js';

/** What cilium/ebpf takes for "no token here", and tries the next mount. Source: findToken(). */
const SKIPPED = new Set(['EACCES', 'EINVAL', 'EPERM', 'EOPNOTSUPP', 'ENOENT']);

/** Makes a token of the first bpffs in mountinfo that yields one. Source: cilium/ebpf 0.22, internal/sys/token.go. */
export function findToken<Answer extends CallAnswer>(
  session: LoadSession<Answer>,
  mounts: readonly string[],
): 'none' | 'token' {
  for (const path of mounts) {
    const refused = { consequence: 'harmless', effect: 'the next bpffs is tried' } as const;
    const opened = session.send({ cmd: 'open', path }, 'a bpffs to make a token of', refused);
    const step = succeeded(opened) ? session.send({ cmd: 'token_create', path }, 'the token', refused) : opened;
    const { errno } = step.answer;
    if (errno !== null) {
      if (!SKIPPED.has(errno)) session.fail(errno, `create token from "${path}"`, { step });
      continue;
    }
    const effect = 'the kernel tells tokens nothing (before 6.17): errors say less';
    session.send({ cmd: 'obj_get_info_by_fd', of: path }, 'what the token allows', { consequence: 'harmless', effect });
    return 'token';
  }
  return 'none';
}
