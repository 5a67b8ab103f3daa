import { toJSONSchema } from 'zod/mini';
import { DOCUMENTATION } from './documentation.js';
import { scenarioSchema } from './schema.js';

/** The JSON Schema of a scenario file, for editors. */
export function scenarioJsonSchema(): object {
  const { $schema, ...rest } = toJSONSchema(scenarioSchema, { io: 'input', metadata: DOCUMENTATION });
  return {
    $schema,
    title: 'bpf-token-sim scenario',
    description: 'User namespaces, bpffs instances, tasks, BPF tokens, and bpf() requests with their expected answers.',
    ...rest,
  };
}
