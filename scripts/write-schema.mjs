// Writes schema/: the JSON Schema of scenario files, and those of the command's JSON outputs, from the schemas in the code.
// Run after the TypeScript build: it reads dist/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { OUTPUT_NAMES, outputJsonSchema } from '../dist/report/schemas/json_schema.js';
import { scenarioJsonSchema } from '../dist/scenario/json_schema.js';

const directory = new URL('../schema/', import.meta.url);
mkdirSync(directory, { recursive: true });
write('scenario', scenarioJsonSchema());
for (const name of OUTPUT_NAMES) write(name, outputJsonSchema(name));

function write(name, schema) {
  writeFileSync(new URL(`${name}.schema.json`, directory), `${JSON.stringify(schema, null, 2)}\n`);
}
