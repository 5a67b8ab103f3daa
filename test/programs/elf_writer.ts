/** A section of a file that is written. */
export interface WrittenSection {
  readonly name: string;
  readonly type: number;
  readonly flags?: number;
  readonly data: Uint8Array;
  readonly link?: number;
  readonly info?: number;
  readonly entrySize?: number;
}

const HEADER = 64;

/** An ELF64 file of machine EM_BPF, little-endian, with sections numbered from 1 in the order given, and .shstrtab after them. */
export function elfOf(sections: readonly WrittenSection[]): Uint8Array {
  const names = [...sections.map(({ name }) => name), '.shstrtab'];
  const text = `\0${names.join('\0')}\0`;
  const nameOffsets: number[] = [];
  for (let k = 0, at = 1; k < names.length; k++) {
    nameOffsets.push(at);
    at += (names[k] as string).length + 1;
  }
  const all = [...sections, { name: '.shstrtab', type: 3, data: new TextEncoder().encode(text) }];
  const size = all.reduce((sum, { data }) => sum + data.length, HEADER);
  const bytes = new Uint8Array(size + HEADER * (all.length + 1));
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 1, true);
  view.setUint16(18, 247, true);
  view.setUint32(40, size, true);
  view.setUint16(58, HEADER, true);
  // The number of sections that 16 bits do not hold is in the first section header.
  const isLarge = all.length + 1 >= 0xff00;
  if (isLarge) view.setUint32(size + 32, all.length + 1, true);
  view.setUint16(60, isLarge ? 0 : all.length + 1, true);
  if (isLarge) view.setUint32(size + 40, all.length, true);
  view.setUint16(62, isLarge ? 0xffff : all.length, true);
  let offset = HEADER;
  for (const [k, section] of all.entries()) {
    const at = size + HEADER * (k + 1);
    const { type, flags = 0, data, link = 0, info = 0, entrySize = 0 } = section as WrittenSection;
    view.setUint32(at, nameOffsets[k] as number, true);
    view.setUint32(at + 4, type, true);
    view.setUint32(at + 8, flags, true);
    view.setUint32(at + 24, offset, true);
    view.setUint32(at + 32, data.length, true);
    view.setUint32(at + 40, link, true);
    view.setUint32(at + 44, info, true);
    view.setUint32(at + 56, entrySize, true);
    bytes.set(data, offset);
    offset += data.length;
  }
  return bytes;
}

/** Numbers of 32 bits, little-endian. */
export function words(numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}

/** An entry of a symbol table. */
export function symbol(name: number, info: number, section: number, value: number, size: number): number[] {
  return [name, info | (section << 16), value, 0, size, 0];
}

/** BTF of types, each as its words, and of one string. */
export function btfOf(types: readonly (readonly number[])[], strings: string): Uint8Array {
  const text = new TextEncoder().encode(strings);
  const body = words(types.flat());
  const result = new Uint8Array(24 + body.length + text.length);
  result.set(words([0x0001eb9f, 24, 0, body.length, body.length, text.length]));
  result.set(body, 24);
  result.set(text, 24 + body.length);
  return result;
}
