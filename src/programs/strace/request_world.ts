import type { RequestContext } from '../../explain/request_context.js';
import type { Masks } from '../../kernel/masks.js';
import { DEFAULT_MODE } from '../../kernel/mount_options.js';
import type { Profile } from '../../kernel/profile.js';
import type { UserNamespace } from '../../kernel/userns.js';
import { NO_TOKEN, type Request, requestOf, type World } from '../../kernel/world.js';
import type { LogBpffs, LogToken } from './log_objects.js';
import type { LogProcess } from './log_process.js';

/** A call of a log with what it is about. */
export interface AskedCall {
  readonly process: LogProcess;
  readonly token: LogToken | undefined;
  /** A token that the process has and does not pass: it could have. */
  readonly unusedToken: LogToken | undefined;
  readonly bpffs: LogBpffs | undefined;
  readonly request: Partial<Request> & Pick<Request, 'cmd'>;
}

/** The part of the log's world that a call is about: its process, its token, its bpffs and their user namespaces. */
export function requestContext(profile: Profile, isUnprivileged: boolean, asked: AskedCall): RequestContext {
  const { process, token, unusedToken, bpffs, request } = asked;
  const own = token ?? unusedToken;
  const { cred } = process;
  const instances = [...new Set([bpffs, own?.bpffs].filter((one) => one !== undefined))];
  const userns = chains([cred.userns, ...(own ? [own.userns] : []), ...instances.map((one) => one.userns)]);
  const indexOf = (one: UserNamespace) => userns.indexOf(one);
  const world: World = {
    profile,
    unprivilegedBpfDisabled: isUnprivileged ? 0 : 2,
    userns: userns.map((one) => ({ name: one.name, parent: one.parent ? indexOf(one.parent) : 0, owner: one.owner })),
    bpffs: instances.map((one) => bpffsSpec(one, indexOf(one.userns))),
    tasks: [{ name: process.name, userns: indexOf(cred.userns), euid: cred.globalEuid, effective: cred.effective }],
    tokens: own
      ? [
          {
            name: own.name,
            userns: indexOf(own.userns),
            allowed: copyOf(own.masks),
            denials: { cmds: 0n, caps: 0n },
            ...(own.bpffs ? { bpffs: instances.indexOf(own.bpffs) } : {}),
          },
        ]
      : [],
  };
  const ids = { task: 0, token: token ? 0 : NO_TOKEN, ...(bpffs ? { bpffs: instances.indexOf(bpffs) } : {}) };
  return { world, request: requestOf({ ...request, ...ids }) };
}

function bpffsSpec({ name, masks }: LogBpffs, userns: number): World['bpffs'][number] {
  return {
    name,
    userns,
    options: { uid: 0, gid: 0, mode: DEFAULT_MODE, delegate: copyOf(masks) },
    denials: { cmds: 0n, caps: 0n },
    lsmCreateErrno: 0,
  };
}

/** User namespaces with all above them, each once, a parent before its children. */
function chains(of: readonly UserNamespace[]): readonly UserNamespace[] {
  const found = new Set<UserNamespace>();
  for (const one of of) for (let at: UserNamespace | null = one; at; at = at.parent) found.add(at);
  return [...found].sort((a, b) => a.level - b.level);
}

function copyOf(masks: Readonly<Masks>): Masks {
  return { cmds: masks.cmds, maps: masks.maps, progs: masks.progs, attachs: masks.attachs };
}
