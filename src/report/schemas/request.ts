import * as z from 'zod/mini';
import { ASSUMED_FIELDS } from '../../request/assumptions.js';
import { documented } from '../../scenario/documentation.js';
import { faultSchema, integer, integerOrNull, type JsonOf, text, textOrNull, texts } from './values.js';

/** What a bpf() call is for, in the names of the kernel that is asked. */
export const callShape = {
  cmd: text('The bpf() command: prog_load. A number where the kernel has no name for it.'),
  map_type: textOrNull('The map type; null where the command reads none.'),
  prog_type: textOrNull('The program type; null where the command reads none.'),
  expected_attach_type: textOrNull('The attach type; null where the command reads none.'),
};

/** The name of a task or token; the number of one that the scenario does not have. */
const nameOrId = z.union([z.string(), z.int()]);

export const request = documented(
  z.strictObject({
    task: documented(nameOrId, { description: 'The task that calls bpf().' }),
    token: documented(z.nullable(nameOrId), { description: 'The token it passes; null: none.' }),
    ...callShape,
    insn_cnt: integerOrNull('Instructions of the program; null where the command reads none.'),
    program: textOrNull('The program of the scenario that is loaded; null: none is named.'),
    helpers: texts('Helpers that the program calls, by name.'),
    liberties: texts('What the program takes of the verifier.'),
    bpffs: textOrNull('The bpffs that a token is made from; null where none is named.'),
    pre: faultSchema,
  }),
  {
    id: 'request',
    description: 'A bpf() call by names. Null: the command does not read the field, or none is passed.',
  },
);

const loader = z.strictObject({
  section: text('The ELF section of a program: xdp, kprobe.multi.'),
  expected_attach_type: documented(z.union([z.string(), z.literal(0)]), {
    description: 'The attach type that libbpf sends for it: a name, or 0.',
  }),
});

const assumption = documented(
  z.strictObject({
    field: documented(z.enum(ASSUMED_FIELDS), { description: 'The field that is not given.' }),
    value: integer('What was assumed.'),
    name: text('What the value means to the kernel.'),
    loaders: documented(z.array(loader), { description: 'What a loader sends for the program type.' }),
    text: text('The same in words.'),
  }),
  { id: 'assumption', description: 'What a request was taken to say where it does not.' },
);

export const assumed = documented(z.array(assumption), {
  description: 'What was assumed of fields that are not given and that the answer depends on.',
});

const warning = documented(
  z.strictObject({
    file: text('The scenario, as messages name it.'),
    line: integer('From 1.', 1),
    column: integer('From 1, in UTF-16 units.', 1),
    message: text('What is worth a look.'),
  }),
  { id: 'warning', description: 'Something in a scenario that is no mistake and worth a look.' },
);

export const warnings = documented(z.array(warning), {
  description: 'What is worth a look in the scenario. With --json, none of it goes to standard error.',
});

const call = z.strictObject(callShape);
export type CallJson = JsonOf<typeof call>;
export type RequestJson = JsonOf<typeof request>;
export type AssumptionJson = JsonOf<typeof assumption>;
export type WarningJson = JsonOf<typeof warning>;
