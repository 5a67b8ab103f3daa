// Writes schema/scenario.schema.json, the JSON Schema of scenario files, from the schema that checks them.
// Run after the TypeScript build: it reads dist/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { scenarioJsonSchema } from '../dist/scenario/json_schema.js';

const directory = new URL('../schema/', import.meta.url);
mkdirSync(directory, { recursive: true });
writeFileSync(new URL('scenario.schema.json', directory), `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
