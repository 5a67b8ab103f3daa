import * as z from 'zod/mini';

/** What a JSON Schema says of a value besides its form. */
export interface Documentation {
  /** The name of the definition that every use of the schema refers to. */
  readonly id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly [key: string]: unknown;
}

/** What is said of each part of a schema: for the JSON Schema, not for checking. */
export const DOCUMENTATION = z.registry<Documentation>();

/** The same schema, with what is said of it. */
export function documented<Schema extends z.core.$ZodType>(schema: Schema, documentation: Documentation): Schema {
  DOCUMENTATION.add(schema, documentation as never);
  return schema;
}
