import type { Policy } from '../../src/policy/policy.js';
import type { PolicyRequest, RequestGroup } from '../../src/policy/request_group.js';
import type { AskedRequest } from './brute_force.js';

/** A request as text: equal for equal requests. */
export const keyOf = ({ task, token, bpffs, cmd, type, attachType }: Omit<AskedRequest, 'allowed'>): string =>
  `${task} ${token} ${bpffs} ${cmd} ${type} ${attachType}`;

/** The same of a request of an answer. */
export function keyOfRequest({ aligned }: Policy, { task, kind, object, cell }: PolicyRequest): string {
  const nameIn = (items: typeof aligned.tokens) => (object === undefined ? undefined : items[object]?.name);
  return keyOf({
    task: aligned.tasks[task]?.name ?? '',
    token: kind === 'token' ? nameIn(aligned.tokens) : undefined,
    bpffs: kind === 'bpffs' ? nameIn(aligned.bpffs) : undefined,
    ...cell,
  });
}

/** Every request of groups. */
export function requestsOf(policy: Policy, groups: readonly RequestGroup[]): string[] {
  return groups.flatMap(({ classes, cells }) =>
    classes.flatMap((pairs) =>
      policy
        .tasksOf(pairs)
        .flatMap((task) =>
          (pairs.objects.length === 0 ? [undefined] : pairs.objects).flatMap((object) =>
            cells.map((cell) => keyOfRequest(policy, { task, kind: pairs.kind, object, cell })),
          ),
        ),
    ),
  );
}
