import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

const ajv = new Ajv2020({ allErrors: true });
const validators = new Map<string, ValidateFunction>();

/** The committed schema of that name, as text. */
export function schemaText(name: string): string {
  return readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8');
}

/** What of a value the committed schema of that name does not permit; keys that it does not have, among others. */
export function faultsOf(name: string, value: unknown): string[] {
  const validate = validators.get(name) ?? ajv.compile(JSON.parse(schemaText(name)));
  validators.set(name, validate);
  validate(value);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  );
}

/** Expects a value to satisfy the committed schema of that name. */
export function expectValid(name: string, value: unknown): void {
  expect({ name, faults: faultsOf(name, value) }).toEqual({ name, faults: [] });
}
