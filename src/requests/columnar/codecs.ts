/** How bytes of a table are compressed; `lz4` has frames, `lz4_block` does not say how long it becomes. */
export type Codec = 'lz4' | 'lz4_block' | 'zstd';

/** `length` is that of what bytes become, where it is known. */
type Decompress = (bytes: Uint8Array, length?: number) => Uint8Array;
let loading: Promise<Readonly<Record<Codec, Decompress>>> | undefined;
let codecs: Readonly<Record<Codec, Decompress>> | undefined;

/** Loads what decompress() needs: most tables are not compressed, and threads should start fast. */
export async function loadCodecs(): Promise<void> {
  loading ??= load();
  codecs = await loading;
}

/**
 * What bytes become, `length` bytes where that is given: blocks need it. Throws an Error in words where they are not compressed so;
 * loadCodecs() comes before it.
 */
export function decompress(codec: Codec, bytes: Uint8Array, length?: number): Uint8Array {
  if (!codecs) throw new Error('no codec is loaded');
  return codecs[codec](bytes, length);
}

async function load(): Promise<Readonly<Record<Codec, Decompress>>> {
  // Native, so it may not be there for every platform.
  const [{ decompress: zstd }, native] = await Promise.all([
    import('fzstd'),
    import('lz4-napi').catch(() => undefined),
  ]);
  const lz4 = (): NonNullable<typeof native> => {
    if (!native) throw new Error('lz4-napi has no build for this platform: write the table uncompressed or with zstd');
    return native;
  };
  return {
    lz4: (bytes) => lz4().decompressFrameSync(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    lz4_block: (bytes, length = 0) => {
      // It takes what it writes itself, which starts with the length.
      const sized = Buffer.alloc(4 + bytes.length);
      sized.writeUInt32LE(length);
      sized.set(bytes, 4);
      return lz4().uncompressSync(sized);
    },
    zstd: (bytes, length) => zstd(bytes, length === undefined ? undefined : new Uint8Array(length)),
  };
}
