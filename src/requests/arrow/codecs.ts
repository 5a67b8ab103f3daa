import { decompress as unzstd } from 'fzstd';

/** How the buffers of a batch are compressed. */
export type Codec = 'lz4' | 'zstd';

/** Native, so it may not be there for every platform. */
const lz4 = await import('lz4-napi').catch(() => undefined);

/** Decompresses what becomes `length` bytes. Throws an Error in words where it does not. */
export function decompress(codec: Codec, bytes: Uint8Array, length: number): Uint8Array {
  const plain = codec === 'zstd' ? unzstd(bytes, new Uint8Array(length)) : unlz4(bytes);
  if (plain.length !== length) throw new Error(`${plain.length} bytes instead of ${length}`);
  return plain;
}

function unlz4(bytes: Uint8Array): Uint8Array {
  if (!lz4) throw new Error('lz4-napi has no build for this platform: write the table uncompressed or with zstd');
  return lz4.decompressFrameSync(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
