import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { snappyUncompress } from 'hyparquet';
import { decompress as decompressLoaded } from '../../requests/columnar/codecs.js';

/** Puts what bytes become into `plain`. Throws an Error in words where that has another length. */
type Decompress = (bytes: Uint8Array, plain: Uint8Array) => void;

/** How pages may be compressed, by the names of Parquet's codecs. */
const CODECS: Readonly<Record<string, Decompress>> = {
  UNCOMPRESSED: (bytes, plain) => fill(plain, bytes),
  SNAPPY: snappyUncompress,
  GZIP: (bytes, plain) => fill(plain, gunzipSync(bytes, { maxOutputLength: plain.length + 1 })),
  BROTLI: (bytes, plain) => fill(plain, brotliDecompressSync(bytes, { maxOutputLength: plain.length + 1 })),
  ZSTD: (bytes, plain) => fill(plain, decompressLoaded('zstd', bytes, plain.length)),
  LZ4_RAW: (bytes, plain) => fill(plain, decompressLoaded('lz4_block', bytes, plain.length)),
};

/** Those that can be read. */
export const CODEC_NAMES: readonly string[] = Object.keys(CODECS);

/** Whether loadCodecs() has to come before decompress(). */
export function needsLoading(codec: string): boolean {
  return codec === 'ZSTD' || codec === 'LZ4_RAW';
}

/** Puts what bytes become into `plain`. Throws an Error in words where that has another length. */
export function decompress(codec: string, bytes: Uint8Array, plain: Uint8Array): void {
  (CODECS[codec] as Decompress)(bytes, plain);
}

function fill(plain: Uint8Array, bytes: Uint8Array): void {
  if (bytes.length !== plain.length) throw new Error(`a page becomes ${bytes.length} bytes instead of ${plain.length}`);
  plain.set(bytes);
}
