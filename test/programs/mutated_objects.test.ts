import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BpfObjectError } from '../../src/programs/object_error.js';
import { readProgramFile } from '../../src/programs/program_file.js';
import { Random } from '../../src/workload/random.js';
import { cases } from '../cases.js';
import { OBJECTS, objectBytes } from './libbpf_answers.js';
import { mutated } from './mutations.js';

const SEED = Number(process.env.MUTATION_SEED ?? 1);
/** Mutated objects for each object. */
const EACH = cases(80, 4400);

const NAMES = readdirSync(OBJECTS).filter((name) => name.endsWith('.o'));

function randomOf(stream: number): Random {
  const random = new Random();
  random.reseed(SEED, stream);
  return random;
}

/** What is read, or where it cannot be and why, as text. Anything else that is thrown is a fault of the reader. */
function outcome(bytes: Uint8Array): string {
  try {
    return textOf(readProgramFile(bytes));
  } catch (error) {
    if (!(error instanceof BpfObjectError)) throw error;
    expect(error.offset).toBeGreaterThanOrEqual(0);
    expect(error.offset).toBeLessThanOrEqual(bytes.length);
    return error.message;
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}` : part));
}

/** The same bytes within others, which a reader that goes past the end would see. */
function surrounded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(bytes.length + 256).fill(0xa5);
  whole.set(bytes, 128);
  return whole.subarray(128, 128 + bytes.length);
}

test.each(NAMES)('%s, mutated: it is read, or an error says where it cannot be', (name) => {
  const bytes = objectBytes(name);
  const random = randomOf(NAMES.indexOf(name));
  const outcomes = new Set<string>();
  for (let k = 0; k < EACH; k++) {
    const other = mutated(bytes, random);
    const found = outcome(other);
    // What is around the bytes changes nothing.
    if (k % 8 === 0) expect(outcome(surrounded(other))).toBe(found);
    outcomes.add(found);
  }
  // Mutations that are read as what they were, or not at all, would test little.
  expect(outcomes.size).toBeGreaterThan(EACH / 5);
});

test('an object is found in any file, and mutated ones are errors with a place', () => {
  const random = randomOf(NAMES.length);
  const [first, second] = [objectBytes('maps.o'), objectBytes('section_xdp.o')];
  for (let k = 0; k < cases(20, 400); k++) {
    const head = Uint8Array.from({ length: random.below(300) }, () => random.below(256));
    const broken = mutated(second, random);
    const file = Uint8Array.from([...head, ...first, ...head, ...broken]);
    const { objects, errors } = readProgramFile(file);
    expect(objects[0]?.offset).toBe(head.length);
    for (const { offset } of errors) {
      expect(offset).toBeGreaterThanOrEqual(head.length + first.length);
      expect(offset).toBeLessThanOrEqual(file.length);
    }
  }
});

test.each(['maps.o', 'section_struct_ops-eb.o'])('%s, cut off anywhere, is an error with a place', (name) => {
  const bytes = objectBytes(name);
  for (let length = 0; length < bytes.length; length += cases(37, 1)) {
    const cut = bytes.subarray(0, length);
    if (length >= 64) expect(() => readProgramFile(cut)).toThrow(BpfObjectError);
    outcome(cut);
  }
});
