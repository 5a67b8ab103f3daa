#!/usr/bin/env node
import { BatchFileError } from '../batch/errors.js';
import { asksForJson, writeError } from './error_output.js';
import { EXIT } from './exit.js';
import { run } from './program.js';

/** How long an interrupted command waits for a reader of its standard output. */
const LAST_WORDS_MS = 1000;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Who writes a table there hears of it too, and has things to put away.
  if (process.stdout.listenerCount('error') > 1) return;
  // A reader that went away (| head) is no fault; a full disk is.
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.OK);
  writeError(new BatchFileError('write', 'standard output', error), asksForJson(process.argv));
  process.exit(EXIT.BAD_INPUT);
});
// A terminal that is gone takes no messages: that is not a reason to end with a stack trace.
process.stderr.on('error', () => undefined);

process.exitCode = await run(process.argv);
// Node waits until a full pipe is read; after an interrupt, no process may ever read it.
if (process.exitCode === EXIT.INTERRUPTED) setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
