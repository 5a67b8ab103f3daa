import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { callShape } from './request.js';
import { boolean, integer, type JsonOf, text, textOrNull, texts } from './values.js';
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

const asked = documented(
  z.array(
    z.strictObject({
      capability: text('CAP_…'),
      userns: text('The user namespace that it was asked of.'),
      answer: documented(z.enum(['yes', 'no', 'lsm_refused']), { description: 'Whether it is there.' }),
    }),
  ),
  { description: 'The capabilities that decided it, up to the first that is missing.' },
);

const program = z.strictObject({
  prog_type: text('The program type.'),
  expected_attach_types: texts('The attach types with which programs may do the same.'),
  keeps_token: boolean('The program keeps the token: what it delegates permits the load.'),
  release: text('The release whose recorded answers these are.'),
  target: textOrNull('What the program attaches to, where its helpers depend on that; null: they do not.'),
  helpers: documented(
    z.array(
      z.strictObject({
        id: integer('Its number: enum bpf_func_id.', 1),
        name: text('Its name, without bpf_.'),
        offered: boolean('The program may call it.'),
        refusal: documented(z.nullable(z.enum(['capability', 'needs_gpl', 'might_sleep', 'target_disallows'])), {
          description: 'Why not; null: it may.',
        }),
        asked,
      }),
    ),
    { description: 'The helpers of the type.' },
  ),
  liberties: documented(
    z.array(
      z.strictObject({
        name: text('Its name.'),
        granted: boolean('The verifier grants it.'),
        about: text('What it lets a program do.'),
        source: text('Where the kernel asks.'),
        asked,
      }),
    ),
    { description: 'What the verifier lets programs do.' },
  ),
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
  programs: documented(z.nullable(z.array(program)), {
    description: 'With --helpers: what programs may do once they are loaded; null without it.',
  }),
  compared: documented(z.array(comparison), { description: 'With --compare-profile: each other kernel.' }),
});

export type MatrixJson = JsonOf<typeof matrixSchema>;
export type ProgramJson = NonNullable<MatrixJson['programs']>[number];
export type CellJson = MatrixJson['cells'][number];
