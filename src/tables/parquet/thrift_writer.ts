/** A field of a struct: an i32 unless it is a struct. */
export type WrittenField = readonly [id: number, value: number | readonly WrittenField[]];

const I32 = 5;
const STRUCT = 12;

/** Writes a struct of Thrift's compact protocol. Fields come in the order of their numbers, each at most 15 after the one before. */
export function writeStruct(fields: readonly WrittenField[]): Uint8Array {
  const bytes: number[] = [];
  putStruct(fields, bytes);
  return Uint8Array.from(bytes);
}

function putStruct(fields: readonly WrittenField[], bytes: number[]): void {
  let last = 0;
  for (const [id, value] of fields) {
    const isNumber = typeof value === 'number';
    bytes.push(((id - last) << 4) | (isNumber ? I32 : STRUCT));
    last = id;
    if (isNumber) putVarint(2 * value, bytes);
    else putStruct(value, bytes);
  }
  bytes.push(0);
}

/** Puts a whole number of at most 2^53 - 1, seven bits at a time. */
export function putVarint(number: number, bytes: number[]): void {
  let rest = number;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
}
