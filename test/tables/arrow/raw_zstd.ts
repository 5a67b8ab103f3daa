/** A zstd frame of blocks that are one byte over and over, or not compressed. */
export function rawZstd(bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(13);
  head.writeUInt32LE(0xfd2f_b528, 0);
  head[4] = 0xe0;
  head.writeBigUInt64LE(BigInt(bytes.length), 5);
  const parts: Uint8Array[] = [head];
  for (let at = 0; at === 0 || at < bytes.length; at += 1 << 17) {
    const block = bytes.subarray(at, at + (1 << 17));
    const isLast = at + (1 << 17) >= bytes.length;
    const start = Buffer.alloc(3);
    const isOne = block.length > 0 && block.every((byte) => byte === block[0]);
    start.writeUIntLE((isLast ? 1 : 0) | (isOne ? 2 : 0) | (block.length << 3), 0, 3);
    parts.push(start, isOne ? block.subarray(0, 1) : block);
  }
  return Buffer.concat(parts);
}
