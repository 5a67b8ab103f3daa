import type { Vocabulary } from '../kernel/vocabulary.js';
import { NO_TOKEN, type Request, type WorldNames } from '../kernel/world.js';
import { readsField, TYPE_KIND, typeFieldOf } from './command_fields.js';

/** What a request is for, by name: a number where the release has no name. Has the fields that the command reads. */
export interface CallNames {
  readonly cmd: string;
  readonly map_type?: string;
  readonly prog_type?: string;
  readonly expected_attach_type?: string;
}

/** A request by names, with the fields that its command reads. */
export interface RequestNamed extends CallNames {
  /** The id where the world has no such task. */
  readonly task: string | number;
  /** null: none is passed. */
  readonly token: string | number | null;
  readonly insn_cnt?: number;
}

/** The inverse of resolving: command and types by name. */
export function nameCall(
  vocabulary: Vocabulary,
  { cmd, type, attachType }: Pick<Request, 'cmd' | 'type' | 'attachType'>,
): CallNames {
  const name = vocabulary.nameOf('cmds', cmd);
  const field = typeFieldOf(name);
  return {
    cmd: name,
    ...(field === undefined ? {} : { [field]: vocabulary.nameOf(TYPE_KIND[field], type) }),
    ...(readsField(name, 'expected_attach_type')
      ? { expected_attach_type: vocabulary.nameOf('attach_types', attachType) }
      : {}),
  };
}

/** The inverse of resolving: a request by names. */
export function nameRequest({ profile, tasks, tokens }: WorldNames, request: Request): RequestNamed {
  const { task, token, insnCnt } = request;
  const call = nameCall(profile.vocabulary, request);
  return {
    task: tasks[task]?.name ?? task,
    token: token === NO_TOKEN ? null : (tokens[token]?.name ?? token),
    ...call,
    ...(readsField(call.cmd, 'insn_cnt') ? { insn_cnt: insnCnt } : {}),
  };
}
