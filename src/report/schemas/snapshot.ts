import * as z from 'zod/mini';
import { UNSEEN_KINDS, type UnseenKind } from '../../host/facts/host_facts.js';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { integer, type JsonOf, measured, text, textOrNull, texts } from './values.js';

const KINDS = Object.keys(UNSEEN_KINDS) as [UnseenKind, ...UnseenKind[]];

/** `bpftoken snapshot --json` */
export const snapshotSchema = output('snapshot', 'A host as a scenario: bpftoken snapshot --json.', {
  kernel: text('The release of its kernel.'),
  profile: text('The kernel that answers in the scenario.'),
  from: textOrNull('The folder of the saved copy that was read; null for this host.'),
  saved: textOrNull('The file that a copy of what was read was written to.'),
  out: text('Where the scenario went; - for standard output.'),
  bytes: integer('The size of the scenario.'),
  host: documented(
    z.strictObject({
      processes: integer('Processes that were read.'),
      kernel_threads: integer('Threads of the kernel, which make no system calls.'),
      ended: integer('Processes that ended before they were read, or wait for their parents.'),
      userns: integer('User namespaces, the initial one among them.'),
      mount_namespaces: integer('Mount namespaces.'),
      bpffs: integer('Instances of bpffs that a mount namespace shows.'),
      delegating: integer('Those of them that delegate something.'),
      token_descriptors: integer('Descriptors of tokens that processes hold.'),
    }),
    { description: 'What was seen.' },
  ),
  scenario: documented(
    z.strictObject({
      tasks: integer(
        'Tasks: one for all processes with the same user namespace, effective uid and effective capabilities.',
      ),
      bpffs: integer('Instances of bpffs: each that delegates something, and those made up for tokens.'),
      tokens: integer('Tokens: one for all of a bpffs that allow the same.'),
    }),
    { description: 'What the scenario has.' },
  ),
  unseen: documented(
    z.array(
      z.strictObject({
        what: documented(z.enum(KINDS), { description: 'The kind of thing.' }),
        what_text: text('The same for people.'),
        why: text('The name of the errno, or why else.'),
        count: integer('How many could not be seen.', 1),
        example: text('The first of them.'),
      }),
    ),
    { description: 'What could not be seen.' },
  ),
  assumptions: texts('What is assumed where the host does not say it.'),
  left_out: texts('What the host has and the scenario does not.'),
  elapsed_ms: measured('How long it took, in milliseconds.'),
});

export type SnapshotJson = JsonOf<typeof snapshotSchema>;
