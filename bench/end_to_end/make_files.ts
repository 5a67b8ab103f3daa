// Makes the files of the end-to-end benchmark in a separate process, so that the memory it needs does not affect the timing.
// node make_files.js FORMAT WORLD SEED ROWS FOLDER

import type { PipelineFormat } from './files.js';
import { pipelineWorld } from './options.js';
import { makePipelineFiles } from './prepare_files.js';

const [format, world, seed, rows, folder] = process.argv.slice(2) as [PipelineFormat, string, string, string, string];
await makePipelineFiles(pipelineWorld(world, Number(seed)), format, folder, { seed: Number(seed), rows: Number(rows) });
