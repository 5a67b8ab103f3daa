import { decompress as unzstd } from 'fzstd';

/** How the buffers of a batch are compressed. */
export type Codec = 'lz4' | 'zstd';

/** Native, so it may not be there for every platform. */
const lz4 = await import('lz4-napi').catch(() => undefined);

/** What bytes become. Throws an Error in words where they are not compressed so. */
export function decompress(codec: Codec, bytes: Uint8Array): Uint8Array {
  if (codec === 'zstd') return unzstd(bytes);
  if (!lz4) throw new Error('lz4-napi has no build for this platform: write the table uncompressed or with zstd');
  return lz4.decompressFrameSync(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
