import { fixupAttachType } from '../kernel/attach_types.js';
import { takesToken } from '../kernel/commands.js';
import type { Profile } from '../kernel/profile.js';
import type { Request } from '../kernel/world.js';
import { readersOf } from './command_fields.js';
import { type LoaderAttachType, loaderAttachTypes } from './loader_attach_types.js';

/** Fields that a request can do without, and whose default is the name of something else than most people mean. */
export const ASSUMED_FIELDS = ['prog_type', 'expected_attach_type'] as const;
export type AssumedField = (typeof ASSUMED_FIELDS)[number];

/** What a request was taken to say where it does not. */
export interface Assumption {
  readonly field: AssumedField;
  readonly value: 0;
  /** What the value means to the kernel: `cgroup_inet_ingress`, `unspec`. */
  readonly name: string;
  /** What a loader sends for the program type, in a kernel that has it; none for another field. */
  readonly loaders: readonly LoaderAttachType[];
}

/** Fields that a command reads and that are not given. */
export function fieldsNotGiven(command: string, isGiven: (field: AssumedField) => boolean): AssumedField[] {
  return ASSUMED_FIELDS.filter((field) => readersOf(field).includes(command) && !isGiven(field));
}

/** What was assumed of a request, of the fields that are not given: only what its answer depends on. */
export function assumptionsOf(
  profile: Profile,
  request: Pick<Request, 'cmd' | 'type'>,
  notGiven: readonly AssumedField[],
): Assumption[] {
  const { vocabulary } = profile;
  const { type } = request;
  return notGiven.flatMap((field): Assumption[] => {
    if (field === 'prog_type') return [{ field, value: 0, name: vocabulary.nameOf('prog_types', 0), loaders: [] }];
    // Attaching a program of another type than cgroup_skb asks for nothing, whatever the attach type.
    if (!takesToken(profile, request)) return [];
    const name = vocabulary.nameOf('attach_types', fixupAttachType(vocabulary, type, 0));
    const loaders = loaderAttachTypes(vocabulary.nameOf('prog_types', type)).filter(
      ({ attachType }) => attachType === null || vocabulary.valueOf('attach_types', attachType) !== undefined,
    );
    return [{ field, value: 0, name, loaders }];
  });
}
