import { toJSONSchema } from 'zod/mini';
import { DOCUMENTATION } from '../../scenario/documentation.js';
import { benchSchema } from './bench.js';
import { checkSchema } from './check.js';
import { checkObjectSchema } from './check_object.js';
import { convertSchema } from './convert.js';
import { errorSchema } from './error.js';
import { evalSchema } from './eval.js';
import { explainSchema } from './explain.js';
import { explainStraceSchema } from './explain_strace.js';
import { fuzzSchema } from './fuzz.js';
import { fuzzCaseSchema } from './fuzz_case.js';
import { generateSchema } from './generate.js';
import { initSchema } from './init.js';
import { lintSchema } from './lint.js';
import { listSchema } from './list.js';
import { matrixSchema } from './matrix.js';
import { needsSchema } from './needs.js';
import {
  alwaysSchema,
  diffSchema,
  equivalentSchema,
  impliesSchema,
  neverSchema,
  whatCanSchema,
  whoCanSchema,
} from './policy.js';
import { probeSchema } from './probe.js';
import { readSchema } from './read.js';
import { replaySchema } from './replay.js';
import { snapshotSchema } from './snapshot.js';
import { suggestSchema } from './suggest.js';
import { testSchema } from './test.js';
import { versionSchema } from './version.js';

/** The schema of each JSON output, by the name of its file: that of its command. */
export const OUTPUT_SCHEMAS = {
  init: initSchema,
  list: listSchema,
  read: readSchema,
  lint: lintSchema,
  convert: convertSchema,
  needs: needsSchema,
  suggest: suggestSchema,
  snapshot: snapshotSchema,
  check: checkSchema,
  'check-object': checkObjectSchema,
  explain: explainSchema,
  'explain-strace': explainStraceSchema,
  matrix: matrixSchema,
  'who-can': whoCanSchema,
  'what-can': whatCanSchema,
  diff: diffSchema,
  never: neverSchema,
  always: alwaysSchema,
  implies: impliesSchema,
  equivalent: equivalentSchema,
  test: testSchema,
  generate: generateSchema,
  eval: evalSchema,
  fuzz: fuzzSchema,
  'fuzz-case': fuzzCaseSchema,
  replay: replaySchema,
  probe: probeSchema,
  bench: benchSchema,
  version: versionSchema,
  error: errorSchema,
} as const;

export type OutputName = keyof typeof OUTPUT_SCHEMAS;
export const OUTPUT_NAMES = Object.keys(OUTPUT_SCHEMAS) as readonly OutputName[];

/** The JSON Schema (draft 2020-12) of a JSON output. */
export function outputJsonSchema(name: OutputName): object {
  const schema = OUTPUT_SCHEMAS[name];
  const { $schema, title, description, ...rest } = toJSONSchema(schema, {
    io: 'output',
    metadata: DOCUMENTATION,
    // A definition has its name as its key.
    override: ({ jsonSchema }) => {
      delete jsonSchema.id;
    },
  });
  const version = schema.shape.schema.def.values[0]?.split('/').at(-1);
  return { $schema, $id: `urn:bpf-token-sim:${name}:${version}`, title, description, ...rest };
}
