// Makes the files whose road another process times: what making them leaves behind in memory would be in its way.
// node make_files.js FORMAT WORLD SEED ROWS FOLDER

import type { RoadFormat } from './files.js';
import { makeRoadFiles } from './made_files.js';
import { roadWorld } from './options.js';

const [format, world, seed, rows, folder] = process.argv.slice(2) as [RoadFormat, string, string, string, string];
await makeRoadFiles(roadWorld(world, Number(seed)), format, folder, { seed: Number(seed), rows: Number(rows) });
