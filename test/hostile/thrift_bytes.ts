/** A field of a struct of Thrift's compact protocol: its number, and what it holds. */
export type Field = readonly [id: number, value: number | string | boolean | Field[] | readonly Field[][]];

/** A struct as bytes. Numbers are of 64 bits. */
export function struct(fields: readonly Field[]): number[] {
  let before = 0;
  const bytes = fields.flatMap(([id, value]) => {
    const type = typeof value === 'boolean' ? (value ? 1 : 2) : typeof value === 'number' ? 6 : typeOf(value);
    const head = ((id - before) << 4) | type;
    before = id;
    return [head, ...valueBytes(value)];
  });
  return [...bytes, 0];
}

function typeOf(value: string | Field[] | readonly Field[][]): number {
  if (typeof value === 'string') return 8;
  return isList(value) ? 9 : 12;
}

function valueBytes(value: Field[1]): number[] {
  if (typeof value === 'boolean') return [];
  if (typeof value === 'number') return varint(value < 0 ? -2 * value - 1 : 2 * value);
  if (typeof value === 'string') return [...varint(value.length), ...Buffer.from(value)];
  if (!isList(value)) return struct(value);
  return [0xfc, ...varint(value.length), ...value.flatMap(struct)];
}

/** Lists are of structs. */
function isList(value: Field[] | readonly Field[][]): value is readonly Field[][] {
  return Array.isArray(value[0]?.[0]);
}

export function varint(number: number): number[] {
  return number < 128 ? [number] : [(number % 128) + 128, ...varint(Math.floor(number / 128))];
}
