import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { callShape } from './request.js';
import { boolean, type JsonOf, text, textOrNull } from './values.js';
import { failedByDroppedToken, verdictOfByte, verdictShape } from './verdict.js';

const bits = z.string().check(z.regex(/^0x[0-9a-f]+$/));
const bitSet = (description: string) => documented(bits, { description });

const cell = z.strictObject({
  ...callShape,
  ...verdictShape,
  takes_token: boolean('A token can make a difference to this request.'),
  failed_by_dropped_token: failedByDroppedToken,
});

const comparison = z.strictObject({
  profile: text('The other kernel.'),
  differences: documented(z.array(z.strictObject({ ...callShape, here: verdictOfByte, there: verdictOfByte })), {
    description: 'Every request that it answers otherwise: allowed, or another errno.',
  }),
});

/** `bpftoken matrix --json` */
export const matrixSchema = output('matrix', 'All that a task may do with a token: bpftoken matrix --json.', {
  profile: text('The kernel that was asked.'),
  task: text('The task.'),
  token: textOrNull('The name of the token; null: none.'),
  allowed: documented(
    z.strictObject({
      cmds: bitSet('Commands that pass, of those that a permission is asked for.'),
      descriptor_cmds: bitSet('Commands that are decided by their descriptor.'),
      map_types: bitSet('Types of maps that can be created.'),
      prog_types: bitSet('Types of programs that can be loaded with some attach type.'),
      expected_attach_types: documented(z.record(z.string(), bits), {
        description: 'By program type: the attach types with which it can be loaded.',
      }),
      cgroup_skb_attach_types: bitSet('Attach types that a cgroup_skb program can be attached at.'),
    }),
    { description: 'What is allowed as sets in hexadecimal: bit n is number n of the enumeration.' },
  ),
  cells: documented(z.array(cell), { description: 'Every request there is, with its verdict.' }),
  compared: documented(z.array(comparison), { description: 'With --compare-profile: each other kernel.' }),
});

export type MatrixJson = JsonOf<typeof matrixSchema>;
export type CellJson = MatrixJson['cells'][number];
