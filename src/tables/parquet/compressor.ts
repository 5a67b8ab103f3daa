import * as zlib from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { InvalidArgumentError } from '../../errors.js';
import type { Compression } from '../output_table.js';

/** Codecs as Parquet's footer names them. */
export const CODEC_OF = { snappy: 'SNAPPY', zstd: 'ZSTD', none: 'UNCOMPRESSED' } as const;

/** Node has it from 22.15 and 23.8 on. */
const zstd = (zlib as { readonly zstdCompressSync?: (bytes: Uint8Array) => Uint8Array }).zstdCompressSync;

/** What compresses pages. Throws an InvalidArgumentError where this version of Node lacks it. */
export function compressorOf(compression: Compression): (bytes: Uint8Array) => Uint8Array {
  if (compression === 'none') return (bytes) => bytes;
  if (compression === 'snappy') return new ParquetWriter({ writer: new ByteWriter(), schema: [] }).compressors.SNAPPY;
  if (zstd) return (bytes) => zstd(bytes);
  throw new InvalidArgumentError(
    'compression',
    `zstd needs Node 22.15 or later, and this is ${process.version}: compress with snappy, or not at all`,
  );
}
