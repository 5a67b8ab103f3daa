import type { RowMemory } from '../row_memory.js';

/** Makes room for a copy of this many bytes, aligned to eight. */
export type CopyRoom = (bytes: number) => { readonly buffer: ArrayBufferLike; readonly offset: number };

/** Room that is new each time, and of no other thread. */
export const NEW_ROOM: CopyRoom = (bytes) => ({ buffer: new ArrayBuffer(bytes), offset: 0 });

/** Room in a memory that is there already: the caller says when it starts over. */
export function roomIn(memory: RowMemory): CopyRoom {
  return (bytes) => {
    const offset = memory.allocate(bytes);
    return { buffer: memory.memory.buffer, offset };
  };
}

type Column = Uint8Array | Uint16Array | Uint32Array | Int16Array;

/** A copy of a column. */
export function copyColumn<Kind extends Column>(column: Kind, room: CopyRoom): Kind {
  const { buffer, offset } = room(column.byteLength);
  const copy = new (column.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => Kind)(
    buffer,
    offset,
    column.length,
  );
  copy.set(column);
  return copy;
}
