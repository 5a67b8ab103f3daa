import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { snappyUncompress } from 'hyparquet';
import { type Codec, decompress as decompressLoaded } from '../columnar/compression.js';
import { snappyLength, TooLongError } from '../columnar/decompressed_length.js';

/** What bytes become, which may be no more than `length` bytes: neither memory nor time is spent on more. */
type Decompress = (bytes: Uint8Array, length: number) => Uint8Array;

/** How pages may be compressed, by the names of Parquet's codecs. */
const CODECS: Readonly<Record<string, Decompress>> = {
  UNCOMPRESSED: (bytes) => bytes,
  SNAPPY: snappy,
  GZIP: zlib(gunzipSync),
  BROTLI: zlib(brotliDecompressSync),
  ZSTD: (bytes, length) => decompressLoaded('zstd', bytes, length),
  LZ4_RAW: (bytes, length) => decompressLoaded('lz4_block', bytes, length),
};
const LOADED: Readonly<Record<string, Codec>> = { ZSTD: 'zstd', LZ4_RAW: 'lz4_block' };

/** Those that can be read. */
export const CODEC_NAMES: readonly string[] = Object.keys(CODECS);

/** What loadCodec() has to load before decompress(), if anything. */
export function loadedCodec(codec: string): Codec | undefined {
  return LOADED[codec];
}

/** The `length` bytes that bytes become. Throws an Error in words where they become more or fewer. */
export function decompressParquet(codec: string, bytes: Uint8Array, length: number): Uint8Array {
  const plain = (CODECS[codec] as Decompress)(bytes, length);
  if (plain.length !== length) throw new Error(`a page becomes ${plain.length} bytes instead of ${length}`);
  return plain;
}

function snappy(bytes: Uint8Array, length: number): Uint8Array {
  // It believes every length in the bytes.
  const plain = new Uint8Array(snappyLength(bytes, length));
  snappyUncompress(bytes, plain);
  return plain;
}

function zlib(decompressSync: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array): Decompress {
  return (bytes, length) => {
    try {
      return decompressSync(bytes, { maxOutputLength: Math.max(1, length) });
    } catch (error) {
      const isTooLong = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
      throw isTooLong ? new TooLongError(length) : error;
    }
  };
}
