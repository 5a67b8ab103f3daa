/** How the buffers of a batch are compressed. */
export type Codec = 'lz4' | 'zstd';

type Decompress = (bytes: Uint8Array) => Uint8Array;
let loading: Promise<Readonly<Record<Codec, Decompress>>> | undefined;
let codecs: Readonly<Record<Codec, Decompress>> | undefined;

/** Loads what decompress() needs: most tables are not compressed, and threads should start fast. */
export async function loadCodecs(): Promise<void> {
  loading ??= load();
  codecs = await loading;
}

/** What bytes become. Throws an Error in words where they are not compressed so; loadCodecs() comes before it. */
export function decompress(codec: Codec, bytes: Uint8Array): Uint8Array {
  if (!codecs) throw new Error('no codec is loaded');
  return codecs[codec](bytes);
}

async function load(): Promise<Readonly<Record<Codec, Decompress>>> {
  // Native, so it may not be there for every platform.
  const [{ decompress: zstd }, native] = await Promise.all([
    import('fzstd'),
    import('lz4-napi').catch(() => undefined),
  ]);
  const lz4 = (bytes: Uint8Array): Uint8Array => {
    if (!native) throw new Error('lz4-napi has no build for this platform: write the table uncompressed or with zstd');
    return native.decompressFrameSync(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  };
  return { lz4, zstd: (bytes) => zstd(bytes) };
}
