import type { Profile } from '../kernel/profile.js';
import type { ComparedCase, Difference } from './compared_case.js';
import { isMount, isProgram, isTokenCreate } from './record.js';

/** Shown instead of values that are not an errno, which all differ. */
const NOT_THE_SAME = 'something else';
const IS_ERRNO = /^(ok|E[A-Z0-9]+)$/;

/** The kind of a disagreement: `btf_get_fd_by_id: the kernel says EINVAL, the model says ok`. */
export function differenceKind(profile: Profile, { record, differences }: ComparedCase): string {
  const [first] = differences;
  if (first === undefined) return `${record.family}: the hot path differs from the model`;
  if (isProgram(record)) return `${record.family}, ${first.what}: ${implementations(first)}`;
  if (isMount(record)) return `mount options, ${first.what.replace(/ \d+$/, '')}: ${implementations(first)}`;
  if (isTokenCreate(record)) return `token_create, ${first.what}: ${implementations(first)}`;
  const cmd = profile.vocabulary.nameOf('cmds', record.cmd);
  return `${cmd}${record.variant === 'plain' ? '' : `, ${record.variant}`}: ${implementations(first)}`;
}

function implementations({ kernel, model }: Difference): string {
  if (IS_ERRNO.test(kernel) && IS_ERRNO.test(model)) return `the kernel says ${kernel}, the model says ${model}`;
  return `the model says ${NOT_THE_SAME}`;
}
