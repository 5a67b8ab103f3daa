import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { snappyUncompress } from 'hyparquet';

/** Puts what bytes become into `plain`. Throws an Error in words where that has another length. */
type Decompress = (bytes: Uint8Array, plain: Uint8Array) => void;

/** How pages may be compressed, by the names of Parquet's codecs. */
const CODECS: Readonly<Record<string, Decompress>> = {
  UNCOMPRESSED: (bytes, plain) => fill(plain, bytes),
  SNAPPY: snappyUncompress,
  GZIP: (bytes, plain) => fill(plain, gunzipSync(bytes, { maxOutputLength: plain.length + 1 })),
  BROTLI: (bytes, plain) => fill(plain, brotliDecompressSync(bytes, { maxOutputLength: plain.length + 1 })),
  ZSTD: (bytes, plain) => lazy('ZSTD')(bytes, plain),
  LZ4_RAW: (bytes, plain) => lazy('LZ4_RAW')(bytes, plain),
};

/** Those that are loaded only where they are needed: most tables need none, and threads should start fast. */
const LOADERS: Readonly<Record<string, () => Promise<Decompress>>> = {
  ZSTD: async () => {
    const { decompress: zstd } = await import('fzstd');
    return (bytes, plain) => fill(plain, zstd(bytes, new Uint8Array(plain.length)));
  },
  LZ4_RAW: async () => {
    // Native, so it may not be there for every platform.
    const native = await import('lz4-napi').catch(() => undefined);
    return (bytes, plain) => {
      if (!native) throw new Error('lz4-napi has no build for this platform: write the table with another codec');
      // It takes what it writes itself, which starts with the length.
      const sized = Buffer.alloc(4 + bytes.length);
      sized.writeUInt32LE(plain.length);
      sized.set(bytes, 4);
      fill(plain, native.uncompressSync(sized));
    };
  },
};
const loaded = new Map<string, Decompress>();

/** Those that can be read. */
export const CODEC_NAMES: readonly string[] = Object.keys(CODECS);

/** Whether loadCodec() has something to do. */
export function isLoaded(codec: string): boolean {
  return !(codec in LOADERS) || loaded.has(codec);
}

/** Loads what decompress() needs for a codec. */
export async function loadCodec(codec: string): Promise<void> {
  const load = LOADERS[codec];
  if (load) loaded.set(codec, await load());
}

/** Puts what bytes become into `plain`. Throws an Error in words where that has another length; loadCodec() comes before it. */
export function decompress(codec: string, bytes: Uint8Array, plain: Uint8Array): void {
  (CODECS[codec] as Decompress)(bytes, plain);
}

function lazy(codec: string): Decompress {
  const decode = loaded.get(codec);
  if (!decode) throw new Error(`${codec} is not loaded`);
  return decode;
}

function fill(plain: Uint8Array, bytes: Uint8Array): void {
  if (bytes.length !== plain.length) throw new Error(`a page becomes ${bytes.length} bytes instead of ${plain.length}`);
  plain.set(bytes);
}
