import { expect, test } from 'vitest';
import { BpfObjectError } from '../../src/programs/object_error.js';
import { readProgramFile } from '../../src/programs/program_file.js';
import { readBpfObject } from '../../src/programs/read_object.js';
import { btfOf, elfOf, symbol, words } from './elf_writer.js';

// Files in which a reader that looks at everything again for each thing would look for hours. They are read, or refused, in a moment.

const [PROGBITS, SYMTAB, STRTAB] = [1, 2, 3];
const EXECUTABLE = 4;
const GLOBAL_FUNCTION = 0x12;
const EXIT = [0x95, 0];
/** A call of the function that begins `distance` instructions after the next one. */
const call = (distance: number) => [0x1085, distance];
const LONG = 50_000;
const text = (string: string) => new TextEncoder().encode(string);

/** An object with functions of two instructions each in one section; `first` is what each begins with. */
function manyFunctions(section: string, count: number, first: (k: number) => number[]): Uint8Array {
  const code = words(Array.from({ length: count }, (_, k) => [...first(k), ...EXIT]).flat());
  const symbols = Array.from({ length: count }, (_, k) => symbol(1, GLOBAL_FUNCTION, 1, 16 * k, 16)).flat();
  return elfOf([
    { name: section, type: PROGBITS, flags: EXECUTABLE, data: code },
    { name: '.symtab', type: SYMTAB, data: words([...symbol(0, 0, 0, 0, 0), ...symbols]), link: 3, entrySize: 24 },
    { name: '.strtab', type: STRTAB, data: text('\0f\0') },
  ]);
}

test('programs that each have all functions after them are refused', () => {
  const chain = manyFunctions('xdp', LONG, () => call(1));
  expect(() => readBpfObject(chain)).toThrow(/at most 16000000 instructions in 1000000 functions/);
});

test('programs without calls are read, however many', () => {
  expect(readBpfObject(manyFunctions('xdp', LONG, () => [0xb7, 0])).programs).toHaveLength(LONG);
});

test('a chain of calls in .text is followed without recursion', () => {
  const { programs } = readBpfObject(manyFunctions('.text', LONG, () => call(1)));
  expect(programs).toEqual([]);
  const loop = manyFunctions('tc', 2, (k) => call(k === 0 ? 1 : -3));
  expect(readBpfObject(loop).programs.map(({ functions }) => functions)).toEqual([['f'], ['f']]);
});

test('functions that share instructions are refused', () => {
  const data = words(Array.from({ length: 100 }, () => EXIT).flat());
  const symbols = Array.from({ length: 100 }, (_, k) => symbol(1, GLOBAL_FUNCTION, 1, 8 * k, 800 - 8 * k)).flat();
  const file = elfOf([
    { name: 'xdp', type: PROGBITS, flags: EXECUTABLE, data },
    { name: '.symtab', type: SYMTAB, data: words([...symbol(0, 0, 0, 0, 0), ...symbols]), link: 3 },
    { name: '.strtab', type: STRTAB, data: text('\0f\0') },
  ]);
  expect(() => readBpfObject(file)).toThrow(/functions must not overlap/);
});

test('sections that share bytes are refused', () => {
  const file = elfOf([
    { name: 'a', type: PROGBITS, data: new Uint8Array(64) },
    { name: 'b', type: PROGBITS, data: new Uint8Array(64) },
  ]);
  const view = new DataView(file.buffer);
  const headers = view.getUint32(40, true);
  view.setUint32(headers + 2 * 64 + 24, 65, true);
  expect(() => readBpfObject(file)).toThrow(/sections must not share bytes/);
});

test('many sections of data with one name are read', () => {
  const sections = Array.from({ length: 70_000 }, () => ({ name: '.data.a', type: PROGBITS, data: new Uint8Array(1) }));
  expect(readBpfObject(elfOf(sections)).maps).toHaveLength(70_000);
});

test('names that overlap without end are refused', () => {
  const strings = `\0${'a'.repeat(LONG)}\0`;
  const symbols = Array.from({ length: LONG }, (_, k) => symbol(1 + k, 0, 0, 0, 0)).flat();
  const file = elfOf([
    { name: '.symtab', type: SYMTAB, data: words(symbols), link: 2 },
    { name: '.strtab', type: STRTAB, data: text(strings) },
  ]);
  expect(() => readBpfObject(file)).toThrow(/names must not overlap/);
});

const kind = (number: number, vlen = 0) => (number << 24) | vlen;
/** An object with the map that a type of BTF defines; type 1 is the section, type 2 the variable. */
function withMap(...types: readonly (readonly number[])[]): Uint8Array {
  const datasec = [1, kind(15, 1), 8, 2, 0, 8];
  const variable = [7, kind(14), 3, 1];
  return elfOf([
    { name: '.maps', type: PROGBITS, data: new Uint8Array(8) },
    { name: '.BTF', type: PROGBITS, data: btfOf([datasec, variable, ...types], '\0.maps\0m\0type\0value\0') },
  ]);
}

test('types that lead to themselves are refused', () => {
  const typedef = [0, kind(8), 3];
  expect(() => readBpfObject(withMap(typedef))).toThrow(/must lead to a type of another kind in 32 steps/);
});

test('a structure in itself, and one that is nested deeply, end', () => {
  // The map's type is 1: a pointer to an array of one. Its value is a structure of two members of the next structure, and so on.
  const [array, pointer] = [
    [0, kind(3), 0, 0, 0, 1],
    [0, kind(2), 4],
  ];
  const definition = [0, kind(4, 2), 16, 9, 5, 0, 14, 6, 64];
  const value = [0, kind(2), 7];
  const nested = Array.from({ length: 100 }, (_, k) => [0, kind(4, 2), 8, 0, 8 + k, 0, 0, 8 + k, 0]);
  const last = [0, kind(1), 4, 32];
  expect(readBpfObject(withMap(definition, array, pointer, value, ...nested, last)).maps[0]?.btfNeeds).toEqual([]);
  const own = [0, kind(4, 1), 8, 0, 7, 0];
  expect(readBpfObject(withMap(definition, array, pointer, value, own)).maps[0]?.valueSize).toBe(8);
  const deep = Array.from({ length: 400 }, (_, k) => [0, kind(4, 1), 8, 0, 8 + k, 0]);
  expect(() => readBpfObject(withMap(definition, array, pointer, value, ...deep, last))).toThrow(/128 deep/);
});

test('headers of objects without end are looked at up to a limit', () => {
  const header = new Uint8Array(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header[16] = 1;
  header[18] = 247;
  const file = new Uint8Array(16 + 64 * 20_000);
  for (let at = 16; at < file.length; at += 64) file.set(header, at);
  const { objects, errors } = readProgramFile(file);
  expect(objects).toEqual([]);
  expect(errors).toHaveLength(1000);
  expect(errors[0]).toBeInstanceOf(BpfObjectError);
  expect(errors[0]?.offset).toBe(16 + 40);
});
