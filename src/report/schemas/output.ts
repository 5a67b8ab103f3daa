import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';

/** Outputs whose names and meanings stay have this version. */
const VERSION = 1;

/** What the key `schema` of an output says: which output it is, and the version of its names. */
export type SchemaName<Name extends string> = `bpf-token-sim/${Name}/${typeof VERSION}`;

/** The schema of an output. Its first key says which one it is. */
export function output<Name extends string, Shape extends z.core.$ZodLooseShape>(
  name: Name,
  description: string,
  shape: Shape,
) {
  const value: SchemaName<Name> = `bpf-token-sim/${name}/${VERSION}`;
  const schema = documented(z.literal(value), { description: 'The name of this output, and the version of its keys.' });
  return documented(z.strictObject({ schema, ...shape }), { title: `bpf-token-sim ${name}`, description });
}
