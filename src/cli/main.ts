#!/usr/bin/env node
import { BatchFileError } from './batch/errors.js';
import { EXIT } from './exit.js';
import { writeText } from './output.js';
import { run } from './program.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Who writes a table there hears of it too, and has things to put away.
  if (process.stdout.listenerCount('error') > 1) return;
  // A reader that went away (| head) is no fault; a full disk is.
  if (error.code === 'EPIPE') process.exit(EXIT.OK);
  writeText(process.stderr, `${new BatchFileError('write', 'standard output', error).message}\n`);
  process.exit(EXIT.BAD_INPUT);
});

process.exitCode = await run(process.argv);
